"""The option chains of an account's broker."""
