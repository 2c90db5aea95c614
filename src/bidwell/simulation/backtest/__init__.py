"""Backtests: one kernel of matching and accounting that runs interpreted and compiled, and what is around it.

Entry points: `run.backtest` (any strategy on any data), `result.Result`, `signals.Signals` and `signals.Targets`
(vectorised), `fees` and `slippage` (models).

Invariants: `accounts`, `matching` and `submission` are the only place where an order fills; the interpreted and the
compiled kernel are made of the same source; a run is a function of code, data, parameters and conditions alone.
"""
