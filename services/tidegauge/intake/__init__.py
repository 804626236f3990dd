"""Intake: turns alert events into situations and cases, with a stored reason for every decision."""
