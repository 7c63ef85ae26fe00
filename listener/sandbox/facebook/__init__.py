"""Sandbox Facebook: the part of Graph the product speaks, with state, rules and human pages."""
