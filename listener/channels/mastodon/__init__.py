"""Mastodon, and the other servers that speak its client API. Only here is Mastodon.py known."""
