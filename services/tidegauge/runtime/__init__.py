"""What every service stands on: the log, databases, settings, metrics, logging, the clock."""
