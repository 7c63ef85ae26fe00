"""What came in: channels, polling, and the mentions they become."""
