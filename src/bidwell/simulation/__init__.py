"""A venue made of models: accounts, matching, fees, slippage, latency, faults; also a process of its own.

Entry points: `venue.Venue` (the synchronous core), `gateway.Gateway` (faults and latency around it),
`server.VenueServer` (sockets and a durable state), `market.Market` (what it trades on),
`scripted.ScriptedMarket` (a market on command).

Invariants: state changes only by applying facts (`facts`), which the log holds; nothing leaves before the
facts that it rests on are on disk; a client_order_id makes one order for ever; time and randomness are
injected; nothing here knows the desk's side of the protocol.
"""
