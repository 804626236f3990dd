"""Declaration lines: one row a version, and the fold of all known versions of many lines at once."""

from enum import IntEnum
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.ledger.pages import Rows, mix


class Action(IntEnum):
    """What a version does to its line."""

    ACCEPT = 0
    AMEND = 1
    CANCEL = 2
    CANCEL_ALL = 3  # every item of the declaration; its own line is no item


# What a version may set. Bit k of `sets` says that the version speaks of field k, bit k of `has` that it
# holds a value; sets without has empties the field.
FIELDS: Final = (
    "feed",
    "day",
    "product",
    "origin",
    "mass_g",
    "quantity_milli",
    "value_e4",
    "firm",
    "counted",
    "gross_g",
    "melt",
    "quota",
)
EVERYTHING: Final = (1 << len(FIELDS)) - 1
BIT: Final = {name: 1 << place for place, name in enumerate(FIELDS)}
NEEDED: Final = BIT["feed"] | BIT["day"] | BIT["product"] | BIT["origin"] | BIT["counted"]

LINE: Final = np.dtype(
    [
        ("key", "<i8"), ("check", "<i8"), ("version", "<i8"), ("previous", "<i8"), ("raw_offset", "<i8"),
        ("product", "<i8"), ("mass_g", "<i8"), ("quantity_milli", "<i8"), ("value_e4", "<i8"),
        ("firm", "<i8"), ("gross_g", "<i8"), ("whole", "<i8"), ("item", "<i8"), ("day", "<i4"),
        ("feed", "<i2"), ("unit", "<i2"), ("origin", "<i2"), ("melt", "<i2"), ("sets", "<u2"), ("has", "<u2"),
        ("action", "u1"), ("counted", "u1"), ("quota", "u1"),
    ]
)  # fmt: skip


def fold(rows: Rows) -> tuple[Rows, Bools]:
    """The content of each line after all its known versions: (one row a distinct key by key order, [k] live).

    A line's content runs from its latest `accept` on; an `amend` changes what it sets; a `cancel` holds until
    a higher `accept`; without an `accept` the line waits. The same version twice counts once; of one version
    with different contents the greatest content hash wins. A line that is not live contributes nothing.
    """
    rows = _distinct_versions(rows)
    last = np.flatnonzero(np.diff(rows["key"], append=rows["key"][-1:] + 1)) if len(rows) else _NONE
    first = np.append(0, last[:-1] + 1) if len(last) else last
    accepted = _latest(rows["action"] == Action.ACCEPT, last)
    cancelled = _latest(rows["action"] == Action.CANCEL, last)
    based = accepted >= first
    folded = rows[last].copy()
    has = np.zeros(len(last), np.uint16)
    for name in FIELDS:
        source = np.maximum(_latest((rows["sets"] & BIT[name]) != 0, last), 0)
        folded[name] = rows[name][source]
        if name == "quantity_milli":
            folded["unit"] = rows["unit"][source]
        has |= rows["has"][source] & np.uint16(BIT[name])
    folded["has"] = has
    live = based & (cancelled < accepted) & ((has & NEEDED) == NEEDED) & (folded["counted"] == 1)
    return folded, live


def content_hash(rows: Rows) -> Ints:
    """[n] a hash of what versions say, apart from where and when they came."""
    named = [rows[name].astype(np.int64) for name in (*FIELDS, "unit", "sets", "has", "action")]
    return mix(named)


def _distinct_versions(rows: Rows) -> Rows:
    """Rows in order of (key, version), one a version: of several the one with the greatest content hash."""
    order = np.lexsort((content_hash(rows), rows["version"], rows["key"]))
    rows = rows[order]
    same = (rows["key"][1:] == rows["key"][:-1]) & (rows["version"][1:] == rows["version"][:-1])
    return rows[np.append(~same, True)] if len(rows) else rows


def _latest(happened: Bools, last: Ints) -> Ints:
    """For the last row of every line: the place of the latest row, up to it, where something happened."""
    places = np.where(happened, np.arange(len(happened)), -1)
    found: Ints = np.maximum.accumulate(places)[last] if len(places) else places
    return found


_NONE = np.empty(0, np.int64)
