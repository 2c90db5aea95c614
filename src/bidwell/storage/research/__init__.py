"""What research keeps in the database: strategy files with their versions, backtest runs, who may run code.

Entry points: `strategy_files.StrategyFiles`, `backtest_runs.BacktestRuns`.

Invariants: every statement names the workspace, and row-level security is the second wall; a version never changes.
"""
