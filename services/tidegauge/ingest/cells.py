"""Typed `flow` rows as cells of the flow ledger."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Ints
from tidegauge.domain.ledger.flows import CELL
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.periods import day_number, first_day
from tidegauge.ingest.interning import UNSTATED, Interned
from tidegauge.ingest.keys import countries, keys, present, products, whole
from tidegauge.ingest.units import in_base_units

GROUP: Final = ("reporter", "source", "flow", "month", "product")


def cells(
    frame: pl.DataFrame, interned: Interned, feed: Ints, raw_offsets: Ints, group: Sequence[str] = GROUP
) -> Rows:
    """One CELL a row, in the order of the frame; what a later vintage restates whole is a `group`."""
    frame = in_base_units(frame)
    rows = np.zeros(len(frame), CELL)
    rows["key"], rows["check"] = keys(frame, list(group))
    rows["raw_offset"] = raw_offsets
    rows["product"] = products(frame["product"])
    rows["origin"] = countries(frame["origin"])
    rows["month"] = whole(frame["month"])
    rows["vintage"] = published(frame)
    rows["feed"] = feed
    rows["mass_g"], rows["has_mass"] = whole(frame["net_mass_g"]), present(frame["net_mass_g"])
    rows["value_e4"], rows["has_value"] = whole(frame["value_e4"]), present(frame["value_e4"])
    counted = present(frame["quantity_milli"]) & present(frame["quantity_unit"])
    rows["quantity_milli"] = whole(frame["quantity_milli"])
    rows["unit"] = np.where(counted, interned.unit_numbers(frame["quantity_unit"]), UNSTATED)
    return rows


def published(frame: pl.DataFrame) -> Ints:
    """[n] the day of publication as days since 1970; an unknown one is the day the month was over."""
    months = frame["month"].unique().to_list()
    closed = {month: day_number(first_day(month + 1)) for month in months}
    days = frame["vintage"].cast(pl.Int32).cast(pl.Int64)
    over = frame["month"].replace_strict(closed, return_dtype=pl.Int64)
    return days.fill_null(over).to_numpy()
