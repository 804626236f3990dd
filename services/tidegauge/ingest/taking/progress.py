"""What has been committed of a file, told step by step."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One committed step."""

    source: str
    label: str  # the period or batch just taken
    rows: int
    steps_left: int | None
