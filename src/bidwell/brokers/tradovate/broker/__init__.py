"""The engine's ports fulfilled by Tradovate: account, market and feed."""
