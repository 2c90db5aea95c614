"""Searches over a strategy's parameters, and how far their results can be trusted.

Entry points: `sweep.sweep`, `walk_forward.walk_forward`, `honesty.honesty`; `space.Span`.

Invariants: a trial's figures depend on code, data, conditions, seed and its own values alone, and are the same on
threads, in processes and on a cluster; a trial that fails says why in its row and does not stop the others.
"""
