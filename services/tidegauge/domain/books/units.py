"""Units of prices and production: mass in kilograms, all others in the unit that their dimension has."""

from typing import Final

from tidegauge.domain.units import in_base

KILOGRAM: Final = "kg"


def in_kilograms(unit: str) -> tuple[str, float]:
    """A unit of mass as kilograms and how many one is; any other as `units.in_base` has it."""
    base, factor = in_base(unit)
    return (KILOGRAM, factor) if base == "KGM" else (base, factor)
