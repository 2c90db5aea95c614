"""Funded-account rulebooks: dated data files, and what they say of an account, exactly.

Entry points: `rulefile.parse(text)` reads a file and names the line of an error; `library.Library` holds what was
shipped and what users wrote; `evaluation.observe(rulebook, progress, seen)` judges one moment.

Invariants: evaluation is a pure function of what was seen, in order; a floor never falls within a phase; a stage
that has failed stays failed. Figures come from published rules and are no promise of compliance.
"""
