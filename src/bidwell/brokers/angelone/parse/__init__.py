"""Pure translation between Angel One's payloads and the desk's types: `orders` and what is held, `prices` and frames."""
