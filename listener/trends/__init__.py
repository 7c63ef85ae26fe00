"""What marketers read of what came in: how much, where, in which mood, over time."""
