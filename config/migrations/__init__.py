"""Every step the tables have taken. `make migration M="..."` writes the next one."""
