"""The engine's ports fulfilled by Kite Connect: account, market and feed."""
