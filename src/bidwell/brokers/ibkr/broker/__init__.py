"""The ports of the engine, fulfilled for Interactive Brokers."""
