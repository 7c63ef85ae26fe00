"""Whether more is said than usual, and how surely: counts in, a level out. Pure."""
