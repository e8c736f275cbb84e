"""Whether the server is alive, and whether it can work."""
