"""The ports over Schwab's calls: an account in session, instruments and prices."""
