"""Parity: one strategy over the same bars on the kernel, on the desk in simulation, and on the paper broker.

Entry point: `run.parity`. `kernel` and `desks` make a `records.Record` each, `comparing` pairs them order by order.

Invariants: all three see the same bars on the instrument's tick grid; the two desks run the production engine with
the adapter of live runs (`jobs.live`); every difference has a code, and none of them is "other".
"""
