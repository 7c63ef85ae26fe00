"""The mentions behind a number, newest first. Read only."""
