"""Backtrader strategies, unmodified, in an environment of their own that the user makes; results like all others.

Entry points: `environment.set_up` (makes it, once), `playing.run` (one file over any data, a `Result` back).

Invariants: backtrader is no dependency and never imported here; `stage` is run by the other environment's Python and
knows nothing of Bidwell; the two talk over a pipe, a line of JSON each.
"""
