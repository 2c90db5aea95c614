"""Events in, commands out: the one way an order happens.

Entry points: `desk.Desk` (the async shell that journals first), `state.State` (the fold), `ports` (what the
engine asks of the world).

Invariants: the core is synchronous and deterministic; every event is durable before anybody hears of its
effect; SENT is durable before bytes leave; a child is submitted once; what is in doubt is looked up and
never sent again blindly; nothing leaves after its valid_until.
"""
