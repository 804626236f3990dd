"""The HTTP side of ingest: files and records in, uploads, feeds and the quarantine to look at."""
