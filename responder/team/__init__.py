"""The people who work at the desk: who they are, what they speak, and when they are there."""
