"""May this go out: the gate, one file per rule, and what a passing order reserves.

Entry points: `gate.Gate.decide(Proposal)` gives `Passed` (with the only `Approved` there is) or `Blocked`;
`limits.effective` merges the limits of all scopes.

Invariants: rules are pure functions of a `Proposal`; an order that only reduces is never blocked by an entry
limit; a pass reserves the worst case; nothing outside this package can make an `Approved`.
"""
