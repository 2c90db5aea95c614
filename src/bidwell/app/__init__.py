"""The composition root: settings, wiring, the processes' life, and the command line.

Entry points: `bidwell.app.cli:main` (the `bidwell` command, also `python -m bidwell.app`).
Only this room may import brokers, and nothing imports this room.
"""
