"""How many mentions are to come, hour by hour, and how sure that is (docs/forecast.md)."""
