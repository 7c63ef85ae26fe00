"""What marketers read: how much was said, where, about what and in which mood, over time."""
