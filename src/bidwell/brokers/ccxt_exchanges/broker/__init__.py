"""The engine's ports fulfilled by an exchange: account, market and feed."""
