"""Sandbox X: the part of X API v2 the product speaks, with state, rules and human pages."""
