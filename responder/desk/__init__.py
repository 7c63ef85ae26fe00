"""The desk: the web app where people read what was heard and approve what leaves."""
