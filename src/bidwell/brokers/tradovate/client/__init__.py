"""Talking to Tradovate: one login's session, its REST calls, and the language of its sockets."""
