"""The engine's ports fulfilled by Alpaca: account, market and feed."""
