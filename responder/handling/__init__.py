"""Who looks after what: owners, snoozes, notes, second looks, and words that are being typed."""
