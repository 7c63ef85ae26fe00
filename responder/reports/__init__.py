"""Digests: what is told of a day or a week, to whom it was told, and the figures behind it."""
