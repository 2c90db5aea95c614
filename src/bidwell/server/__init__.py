"""HTTP and WebSocket: one folder per resource, with its routes, schemas and reads.

Entry points: `app.create_app(ServerContext)`, `app.create_alert_app(ServerContext)` (the listener that takes
alerts and nothing else) and `openapi` (the document that the web client is generated from).

Invariants: every route names one action, and `access.authorize` alone decides whether an actor may take it;
what lies in another workspace is 404; every error is problem+json with a stable code; decimals are exact
texts and floats are refused; nothing is acknowledged before it is durable; no secret is logged.
"""
