"""The journal page and the export of one intent."""
