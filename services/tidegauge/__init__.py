"""Tidegauge: watches import figures as they arrive and flags surges by published rules."""
