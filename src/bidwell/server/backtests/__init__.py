"""Backtests and sweeps in worker processes: ask, follow, read, compare, download."""
