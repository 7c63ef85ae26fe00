"""How the whole is doing, read from the rows and from this machine: what people look at."""
