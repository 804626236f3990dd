"""Quantities in the one unit that their dimension is counted in."""

import polars as pl

from tidegauge.domain.amounts import FIXED_LIMIT
from tidegauge.domain.units import in_base


def in_base_units(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with quantities in base units, rounded half to even; what grows too large stays as it was."""
    units = frame["quantity_unit"]
    if units.null_count() == len(units):
        return frame
    known = [unit for unit in units.drop_nulls().unique().to_list() if in_base(unit) != (unit, 1.0)]
    if not known:
        return frame
    bases, factors = zip(*map(in_base, known), strict=True)
    base = units.replace_strict(known, bases, default=None, return_dtype=pl.String)
    factor = units.replace_strict(known, factors, default=1.0, return_dtype=pl.Float64)
    quantity = (frame["quantity_milli"] * factor).round(0, mode="half_to_even")
    fits = base.is_not_null() & (quantity.abs() < FIXED_LIMIT).fill_null(value=True)
    return frame.with_columns(
        quantity_milli=pl.when(fits).then(quantity.cast(pl.Int64, strict=False)).otherwise("quantity_milli"),
        quantity_unit=pl.when(fits).then(base).otherwise("quantity_unit"),
    )
