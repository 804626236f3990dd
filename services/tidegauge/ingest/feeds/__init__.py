"""Feeds: one official format a file, each turned into canonical text columns at the edge."""
