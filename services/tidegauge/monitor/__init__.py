"""The monitor: contributions in, panels, rules at marks, episodes, alert events and figures out."""
