"""Sandbox Mastodon: the part of Mastodon's client API a bot needs, with state, rules and pages."""
