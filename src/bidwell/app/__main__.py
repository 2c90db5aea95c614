"""`python -m bidwell.app` is the `bidwell` command."""

from __future__ import annotations

from bidwell.app.cli import main

if __name__ == "__main__":
    main()
