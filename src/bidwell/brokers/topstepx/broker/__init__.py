"""The engine's ports fulfilled by TopstepX: account, market and feed."""
