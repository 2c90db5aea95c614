"""Brokers over the network: the connect wizard's questions, the read-only test, sessions and arming."""
