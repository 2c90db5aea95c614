"""The nouns of the desk: frozen values and the events that change them.

Entry points: `instrument.Instrument`, `intent.Intent`, `order.Order`, `events` (everything the journal
may hold) and `errors` (the tree of what should not happen).

Invariants: standard library only; values are frozen; state changes only by applying events; figures of
orders, fills, positions and cash are `Decimal`; every datetime is aware UTC and comes from a clock.
"""
