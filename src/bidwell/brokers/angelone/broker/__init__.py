"""The engine's ports fulfilled by Angel One: account, market and feed."""
