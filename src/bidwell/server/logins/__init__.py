"""The logins that brokers want each day, of all accounts at once."""
