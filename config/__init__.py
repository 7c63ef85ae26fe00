"""What the bot stands on: settings, brand book, database, clock, logs, outbound session."""
