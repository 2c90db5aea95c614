"""What we own, folded from fills: positions with lots, a ledger that balances, and its value.

Entry points: `portfolio.Portfolio` (one account), `positions.fold`, `ledger` postings, `valuation.value`.

Invariants: pure folds; postings of one entry sum to zero per currency; the net position of an account is
the sum of its strategies' shares; nothing here knows about orders or brokers.
"""
