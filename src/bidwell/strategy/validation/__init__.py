"""Reads a strategy's file without running it: syntax, parameters, forbidden imports, looks at the future.

Entry point: `checking.check(source)`, which gives `finding.Checked` with every finding's line and column; the same
text is checked once.

Invariants: nothing of the file is imported or run; an error says that the file cannot be run here, a warning that its
results may not be what they seem.
"""
