"""The gate's rules, one file each: `check(Proposal) -> Check` and the stable code `RULE`.

Entry points: `gate.RULES` lists them in their fixed order; docs/risk.md says what each one means.

Invariants: pure functions; a rule without a limit passes with an empty `limit`; entry rules pass whatever only
reduces; `would_pass` is the largest quantity on the lot grid that the rule lets pass (or the nearest price,
where the price is what it denies).
"""
