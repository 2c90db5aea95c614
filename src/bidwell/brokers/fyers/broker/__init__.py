"""The engine's ports fulfilled by Fyers: account, market and feed."""
