"""The networks at home: loopback servers that speak X API v2 and Graph, with scripted customers.

The demo and the tests talk to them through the very channels that talk to the real networks.
Import `listener.sandbox.sandbox` for the whole, or a network's module for one of them.
"""
