"""What a user writes and what it may see: strategy, parameters, bars, sizing, validation.

Entry points: `strategy.Strategy` (the class to derive from), `parameters.Param` (a typed parameter with a range),
`bars.Bars` (columns, handed to `prepare`) and `bars.Bar` (the one reused view, handed to `on_bar`).

Invariants: a strategy sees nothing later than its current bar; it reaches the market through `trading.Trading`
alone, which a backtest, paper and live each provide; parameters are checked before anything runs.
"""
