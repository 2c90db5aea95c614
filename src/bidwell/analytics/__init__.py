"""What happened: metrics, round trips and the tear sheet.

Entry points: `metrics` (pure functions of returns), `round_trips.from_fills` and `from_arrays`,
`tearsheet.Report` with HTML, JSON, CSV and Parquet.

Invariants: nothing here decides or orders; figures are float64 statistics over what the portfolio recorded.
"""
