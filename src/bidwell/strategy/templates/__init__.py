"""Strategies to start from: each file is complete, and its docstring says what it does and when it fails."""
