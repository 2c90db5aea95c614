"""What markets said: catalog, bars, calendars, the instrument master, imports, the replayed market, vendors.

Entry points: `demo.demo_market` (the replayed market), `catalog.Catalog`, `importing.import_bars`,
`calendars.CompiledCalendars`, `instruments.InstrumentMaster`, `vendors.ccxt_public.CcxtFeed`.

Invariants: bars and quotes are float64 and carry no order figures; intraday bars are labelled by their
opening instant, daily bars by the session's date at 00:00 UTC; a catalog series changes in one step or
not at all; the replayed market is a function of seed, time and speed, and does no I/O.
"""
