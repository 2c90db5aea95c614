"""The first read of the desk page: everything of its frame in one answer."""
