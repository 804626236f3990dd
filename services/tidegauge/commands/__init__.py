"""The commands of `tidegauge`, one file each."""
