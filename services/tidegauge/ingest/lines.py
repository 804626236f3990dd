"""Typed `declaration` rows as lines of the declaration ledger."""

from typing import Final

import numpy as np
import polars as pl
from xxhash import xxh3_64_intdigest

from tidegauge.domain.arrays import Ints
from tidegauge.domain.ledger.lines import BIT, EVERYTHING, LINE, Action
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.ledger.whole import item_checks, item_keys
from tidegauge.ingest.interning import Interned
from tidegauge.ingest.keys import countries, keys, numbered, present, products, whole
from tidegauge.ingest.local_dates import local_days
from tidegauge.ingest.units import in_base_units

_DECLARATION: Final = ["reporter", "declaration_id"]
_ACTIONS = {"accept": Action.ACCEPT, "amend": Action.AMEND, "cancel": Action.CANCEL}
# A release for free circulation is an import; the procedures are those of the Union Customs Code data annex.
IMPORT_PROCEDURES: Final = frozenset({"01", "07", "40", "42", "43", "44", "45", "46", "48", "61", "63", "68"})
_IMPORTED, _NOT_IMPORTED = 1, 2
# Which typed column speaks for which field of a line.
_COLUMNS: Final = {
    "product": "product",
    "origin": "origin",
    "day": "accepted_at",
    "mass_g": "net_mass_g",
    "quantity_milli": "quantity_milli",
    "value_e4": "value_e4",
    "firm": "importer",
    "counted": "procedure",
    "gross_g": "gross_mass_g",
    "melt": "melt_and_pour",
    "quota": "quota",
}
_CLEARED: Final = {
    "net_mass_kg": "mass_g",
    "quantity": "quantity_milli",
    "value": "value_e4",
    "importer": "firm",
    "gross_mass_kg": "gross_g",
    "melt_and_pour": "melt",
    "quota": "quota",
}


def lines(frame: pl.DataFrame, interned: Interned, feed: Ints, raw_offsets: Ints) -> Rows:
    """One LINE a row, in the order of the frame; `raw_offsets` [n] are their places in the raw log.

    A message without a version takes its place in the raw log, counted from 1, as version: version 0 is left
    to originals that state it. A cancellation without an item is one of the whole declaration.
    """
    frame = in_base_units(frame)
    rows = np.zeros(len(frame), LINE)
    rows["whole"], rows["key"], rows["check"] = line_keys(frame)
    rows["item"] = whole(frame["item"])
    rows["raw_offset"] = raw_offsets
    rows["version"] = np.where(present(frame["version"]), whole(frame["version"]), rows["raw_offset"] + 1)
    rows["action"] = numbered(frame["action"], _ACTIONS.__getitem__)
    no_item = frame["item"].is_null().to_numpy()
    rows["action"] = np.where(no_item & (rows["action"] == Action.CANCEL), Action.CANCEL_ALL, rows["action"])
    rows["feed"] = feed
    rows["product"] = products(frame["product"])
    rows["origin"] = countries(frame["origin"])
    rows["day"] = local_days(frame).cast(pl.Int32).fill_null(0).to_numpy()
    rows["mass_g"], rows["value_e4"] = whole(frame["net_mass_g"]), whole(frame["value_e4"])
    rows["quantity_milli"] = whole(frame["quantity_milli"])
    rows["unit"] = interned.unit_numbers(frame["quantity_unit"])
    rows["firm"] = _firms(frame["importer"])
    rows["gross_g"], rows["melt"] = whole(frame["gross_mass_g"]), countries(frame["melt_and_pour"])
    rows["quota"] = present(frame["quota"])
    rows["counted"] = numbered(frame["procedure"], _import_or_not) != _NOT_IMPORTED
    rows["sets"], rows["has"] = _bits(frame, rows["action"].astype(np.int64))
    return rows


def line_keys(frame: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    """[n] keys of the declarations of typed rows, and of their lines, with the second 64 bits of these.

    Without an item a row speaks of the whole declaration, under its key.
    """
    declaration, check = keys(frame, _DECLARATION)
    no_item, item = frame["item"].is_null().to_numpy(), whole(frame["item"])
    key = np.where(no_item, declaration, item_keys(declaration, item))
    return declaration, key, np.where(no_item, check, item_checks(check, item))


def _bits(frame: pl.DataFrame, action: Ints) -> tuple[Ints, Ints]:
    """What each version speaks of, and what of it holds a value; an `accept` speaks of everything.

    An amendment that states no value basis leaves the line in its series.
    """
    stays = (action == Action.AMEND) & (present(frame["value_basis"]) == 0)
    has = np.where(stays, 0, BIT["feed"])
    for name, column in _COLUMNS.items():
        has |= present(frame[column]) * BIT[name]
    accepts = action == Action.ACCEPT
    has = np.where(accepts, has | BIT["counted"], has)
    cleared = np.zeros(len(frame), np.int64)
    if frame["clear"].is_not_null().any():
        words = frame["clear"].fill_null("").str.split(" ")
        for name, field in _CLEARED.items():
            cleared |= words.list.contains(name).cast(pl.Int64).to_numpy() * BIT[field]
    sets = np.where(accepts, EVERYTHING, has | cleared)
    return sets, np.where(accepts, has, has & ~cleared)


def _import_or_not(procedure: str) -> int:
    """Whether a procedure is one of import; a line that names none is taken for one."""
    return _IMPORTED if procedure[:2] in IMPORT_PROCEDURES else _NOT_IMPORTED


def _firms(series: pl.Series) -> Ints:
    """[n] 63-bit hashes of opaque identifiers, 0 where null; the identifiers themselves go no further."""
    return numbered(series, lambda text: xxh3_64_intdigest(text.encode()) >> 1 or 1)
