"""How many people it takes to keep what was promised: hour by hour, for the coming week, and for
what waits now ([staffing](../../docs/staffing.md))."""
