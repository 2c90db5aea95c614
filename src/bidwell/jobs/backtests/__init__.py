"""Backtests and sweeps asked for over the API: queued, run each in a worker process, kept as files.

Entry points: `queue.BacktestQueue` (submit, cancel, follow), `results.Results` (what finished runs left),
`request.RunRequest` (what a worker is told), `worker.run_worker` (one process from start to end).

Invariants: a worker has no secret in its environment; its folder takes its final name only when the run is done;
a run that ends, however it ends, says so in its row.
"""
