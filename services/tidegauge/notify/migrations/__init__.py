"""The history of notify's tables; one file a step, the same for SQLite and PostgreSQL."""
