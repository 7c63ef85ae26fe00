"""Sandbox Bluesky: the part of XRPC a brand's bot needs, as a PDS and an AppView speak it."""
