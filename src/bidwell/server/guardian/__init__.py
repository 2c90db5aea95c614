"""The guardian as the desk sees it."""
