"""When more is said than usual: episodes, what they do, and what the team does with them."""
