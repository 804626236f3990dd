"""Backtests: what was told over a history, held against labelled cases. Pure."""
