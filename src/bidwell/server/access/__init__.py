"""Who may do what: roles, the permission table, and how a request becomes an actor.

Entry points: `permissions.PERMISSIONS` (the table), `authorize.authorize` (the only decision), `guards`
(the dependencies that routes name their action with), `gatekeeper.Gatekeeper` (cookie or key to actor).

Invariants: a route without an action does not exist; foreign objects are 404; unsafe requests by cookie
need the session's CSRF token and an allowed origin; a key never does more than the person who owns it.
"""
