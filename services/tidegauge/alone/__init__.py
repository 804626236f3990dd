"""Composition roots of one service in a process of its own: `tidegauge intake`, `tidegauge notify`."""
