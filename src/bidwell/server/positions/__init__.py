"""What is held, by account, instrument and strategy."""
