"""GO or NO-GO for each account, check by check, and what repairs each."""
