"""The networks at home: loopback servers that speak as X, Facebook, Bluesky and Mastodon do,
with scripted customers.

The demo and the tests talk to them through the very channels that talk to the real networks.
Import `listener.sandbox.sandbox` for the whole, or a network's module for one of them.

They misbehave as the real ones do, on order: `network.faults.next("POST", "/2/tweets",
"reset_after")` once, `network.faults.storm(0.02, names, seed)` by chance, `network.lag_seconds`,
`network.index_lag_seconds`, `network.vanish(id)` and the allowances for as long as they are set.
"""
