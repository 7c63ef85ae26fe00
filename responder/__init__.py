"""What goes out: deciding, drafting, approving and posting, and the desk where people do it."""
