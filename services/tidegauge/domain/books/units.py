"""Units of mass as records write them, and what one of each weighs."""

from typing import Final

KILOGRAM: Final = "kg"
KG_PER_UNIT: Final = {"kg": 1.0, "KGM": 1.0, "t": 1000.0, "TNE": 1000.0, "mt": 1000.0}


def in_kilograms(unit: str) -> tuple[str, float]:
    """A unit of mass as kilograms and how many one is; any other unit as it is, and one."""
    kilograms = KG_PER_UNIT.get(unit)
    return (unit, 1.0) if kilograms is None else (KILOGRAM, kilograms)
