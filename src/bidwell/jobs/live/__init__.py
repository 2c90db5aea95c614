"""Strategies at work on the desk: each in a process of its own, heard bar by bar, its orders intents like all others.

Entry points: `supervisor.StrategyRuns` (start, stop, resume, list, log), `running.LiveRun` (one run), `player.Player`
(the strategy's side, in its process), `messages` (what goes over the pipe between the two).

Invariants: a decision is durable before its orders are sent, and each order has a key of its own, so that a restart
sends nothing twice; a fill is told to the strategy once for each state that is kept; a bar that was missed while
nobody listened is history and is not traded on.
"""
