"""The panel: import series as rings of months and weeks, summed from signed contributions."""
