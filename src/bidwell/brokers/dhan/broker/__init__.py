"""The engine's ports fulfilled by Dhan: account, market and feed."""
