"""Orders: lists, one order, cancel, replace, confirm dead."""
