"""Strategies at work on the desk: start, stop, resume, what they hold, their logs."""
