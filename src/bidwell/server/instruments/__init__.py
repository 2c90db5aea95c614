"""What can be traded: instruments, quotes and bars."""
