"""Crypto exchanges' servers as twins: spot trading by REST, the private order stream, and public prices.

Entry points: one module per exchange (`binance`, …) with its `SCENARIO` and its dialect, over `SpotRoom`, which knows
what every spot exchange does. Written from the public documentation and the recorded samples, apart from the adapter;
the unmodified library drives them. Keys are checked by their signatures.
"""
