"""Reads official formats, validates, keeps the ledger, and appends contributions and marks to the log."""
