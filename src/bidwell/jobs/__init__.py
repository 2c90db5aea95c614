"""Work that takes long, in processes of its own beside the desk.

Entry points: `backtests.queue.BacktestQueue`.

Invariants: a job never runs in the desk's process, is bounded in time and memory, and ends with the desk; what it
leaves behind is complete or absent.
"""
