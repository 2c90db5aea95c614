"""Our book against the brokers': the state of each account, its history, and a pass on demand."""
