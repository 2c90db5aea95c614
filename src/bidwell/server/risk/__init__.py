"""Risk: meters, violations, locks, square-offs, the calendar of releases, and dry runs."""
