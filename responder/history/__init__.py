"""What was decided and what became of it: to look it up, and to try once more."""
