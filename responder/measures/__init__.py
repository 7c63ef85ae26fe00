"""How the team and its rules do, and what customers make of it: figures, read from the rows."""
