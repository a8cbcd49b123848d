"""Where everything is kept: all tables, SQLite and PostgreSQL alike, and the history that nobody can rewrite."""
