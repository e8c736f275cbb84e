"""Search over the texts of all lessons, the same on SQLite and PostgreSQL."""
