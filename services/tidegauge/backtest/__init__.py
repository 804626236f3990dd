"""Backtests over files: the walk through history, the cases, the report."""
