"""Executions as they were booked."""
