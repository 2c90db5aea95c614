"""`python -m bidwell.server.openapi` prints the OpenAPI document that the web client is generated from."""

from __future__ import annotations

import json
import sys

from bidwell.server.app import api
from bidwell.server.documentation import document


def text() -> str:
    """The document in a stable order, so that it changes only when the API does."""
    return json.dumps(document(api("1")), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
