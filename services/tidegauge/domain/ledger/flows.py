"""The ledger of statistical cells: a later vintage restates a product's month, cell by cell."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.keytable import MISSING, KeyTable
from tidegauge.domain.ledger.contributions import Columns, signed
from tidegauge.domain.ledger.pages import PageReader, Rows, fetch, mix, pointer

# One row a cell; the cells of a group (reporter, source, flow, period, product) stand together.
CELL: Final = np.dtype(
    [
        ("key", "<i8"), ("check", "<i8"), ("digest", "<i8"), ("raw_offset", "<i8"), ("product", "<i8"),
        ("mass_g", "<i8"), ("quantity_milli", "<i8"), ("value_e4", "<i8"),
        ("month", "<i4"), ("vintage", "<i4"), ("count", "<i4"),
        ("feed", "<i2"), ("unit", "<i2"), ("origin", "<i2"), ("has_mass", "u1"), ("has_value", "u1"),
    ]
)  # fmt: skip
_SAID = ("origin", "mass_g", "quantity_milli", "value_e4", "unit", "has_mass", "has_value")


@dataclass(slots=True)
class Restated:
    """What one file's cells of a period came to."""

    page: Rows  # to be stored under the page number that was given
    contributions: Columns
    collisions: Ints  # rows of the batch whose key is another group's: for quarantine
    counts: dict[str, int] = field(default_factory=dict)


class FlowLedger:
    """Knows every vintage of every group that it was given, and which one counts."""

    def __init__(self, reader: PageReader) -> None:
        self._reader = reader
        self._index = KeyTable()

    def __len__(self) -> int:
        """How many groups are known."""
        return len(self._index)

    def remember(self, page: int, rows: Rows) -> None:
        """Enter a stored page into the index; pages must come in order."""
        starts = _starts(rows["key"])
        heads, where = rows[starts], pointer(page, starts)
        _, winning = self._held(heads)
        wins = _beats(heads, winning)
        self._index.put(heads["key"][wins], where[wins])

    def take(self, page: int, batch: Rows, *, adds: bool = False) -> Restated:
        """Restate groups by the cells of one file that will be stored as `page`.

        Cells of one key are summed. Of two vintages the later counts, of one vintage with different contents
        the greatest digest; what does not count is stored and contributes nothing. With `adds` cells join
        those of their own vintage, as if the file that brought those had held them too.
        """
        given = summed(batch)
        cells = self._joined(given) if adds else given
        own = np.isin(_places(cells), _places(given)) if adds else np.ones(len(cells), bool)
        heads = cells[_starts(cells["key"])]
        where, winning = self._held(heads)
        known = where != MISSING
        other = known & (winning["check"] != heads["check"])
        same_vintage = known & ~other & (winning["vintage"] == heads["vintage"])
        repeated = same_vintage & (winning["digest"] == heads["digest"])
        wins = _beats(heads, winning) & ~other
        stored = ~repeated & ~other
        of_cell = np.repeat(np.arange(len(heads)), heads["count"])
        lost = known & wins
        before = fetch(self._reader, CELL, where[lost], winning["count"][lost].astype(np.int64))
        kept, won = cells[stored[of_cell]], wins[stored]
        places = pointer(page, _starts(kept["key"]))
        self._index.put(heads["key"][wins], places[won])
        counts = {
            "accepted": int(np.count_nonzero(wins[of_cell] & own)),
            "superseded": int(np.count_nonzero((~wins & stored)[of_cell] & own)),
            "duplicates": int(np.count_nonzero(repeated[of_cell] & own)),
            "version_conflicts": int(np.count_nonzero(same_vintage & ~repeated)),
            "summed": len(batch) - len(given),
        }
        contributions = signed(*_differences(before, cells[wins[of_cell]]))
        collisions = np.flatnonzero(np.isin(batch["key"], heads["key"][other]))
        return Restated(kept, contributions, collisions, counts)

    def _joined(self, cells: Rows) -> Rows:
        """Cells with those that count of their group and vintage; the whole counts before what it joins."""
        heads = cells[_starts(cells["key"])]
        where, winning = self._held(heads)
        same = (where != MISSING) & (winning["check"] == heads["check"])
        same &= winning["vintage"] == heads["vintage"]
        held = fetch(self._reader, CELL, where[same], winning["count"][same].astype(np.int64))
        joined = summed(np.concatenate([cells, held]))
        floor = np.zeros(len(heads), np.int64)
        floor[same] = winning["digest"][same] + 1
        place = np.searchsorted(heads["key"], joined["key"])
        joined["digest"] = np.where(same[place], np.maximum(joined["digest"], floor[place]), joined["digest"])
        return joined

    def _held(self, heads: Rows) -> tuple[Ints, Rows]:
        """[g] where the vintage that counts is stored, and its first row (zeros where none is known)."""
        where = self._index.get(heads["key"])
        known = where != MISSING
        winning = np.zeros(len(heads), CELL)
        winning[known] = fetch(self._reader, CELL, where[known], np.ones(int(known.sum()), np.int64))
        return where, winning


def summed(batch: Rows) -> Rows:
    """Cells of one key added up, in order of (group, origin); `count` and `digest` speak of the group.

    Quantities in several units cannot be added: those in the unit met last in the feeds count.
    """
    order = np.lexsort((batch["origin"], batch["key"]))
    rows = batch[order]
    starts = _starts(rows["key"], rows["origin"])
    cells = rows[starts].copy()
    if not len(cells):
        return cells
    cells["unit"] = np.maximum.reduceat(rows["unit"], starts)
    of_row = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
    rows["quantity_milli"] *= rows["unit"] == cells["unit"][of_row]  # other units cannot be added
    for name in ("mass_g", "quantity_milli", "value_e4"):
        cells[name] = np.add.reduceat(rows[name], starts)
    for name in ("has_mass", "has_value"):
        cells[name] = np.maximum.reduceat(rows[name], starts)
    cells["raw_offset"] = np.maximum.reduceat(rows["raw_offset"], starts)
    groups = _starts(cells["key"])
    sizes = np.diff(groups, append=len(cells))
    cells["count"] = np.repeat(sizes, sizes)
    digest = np.add.reduceat(mix([cells[name] for name in _SAID]), groups)  # wraps; any order, one sum
    cells["digest"] = np.repeat(digest, sizes)
    return cells


def _starts(*keys: Ints) -> Ints:
    """The first rows of runs of equal keys."""
    if not len(keys[0]):
        return np.empty(0, np.int64)
    new = np.zeros(len(keys[0]), bool)
    new[0] = True
    for key in keys:
        new[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(new)


def _beats(heads: Rows, winning: Rows) -> Bools:
    """[g] whether a vintage counts before the one held; zeros stand for none held."""
    later = heads["vintage"] > winning["vintage"]
    greater = (heads["vintage"] == winning["vintage"]) & (heads["digest"] > winning["digest"])
    beats: Bools = (winning["count"] == 0) | later | greater
    return beats


def _differences(before: Rows, after: Rows) -> tuple[Columns, Columns]:
    """Cells taken back and cells added, without those that stay as they are."""
    both = np.concatenate([before, after])
    said = mix([both[name].astype(np.int64) for name in ("key", *_SAID)])
    same = np.intersect1d(said[: len(before)], said[len(before) :])
    gone, come = before[~np.isin(said[: len(before)], same)], after[~np.isin(said[len(before) :], same)]
    gone = gone.copy()
    groups, place = np.unique(after["key"], return_inverse=True)
    caused, newest = np.zeros(len(groups), np.int64), np.zeros(len(groups), np.int64)
    np.maximum.at(caused, place, after["raw_offset"])
    np.maximum.at(newest, place, after["vintage"])
    owner = np.searchsorted(groups, gone["key"])
    gone["raw_offset"], gone["vintage"] = caused[owner], newest[owner]
    return _columns(gone), _columns(come)


def _places(cells: Rows) -> Ints:
    """[n] a hash of (group, origin)."""
    return mix([cells["key"], cells["origin"].astype(np.int64)])


def _columns(cells: Rows) -> Columns:
    return {
        "feed": cells["feed"],
        "product": cells["product"],
        "origin": cells["origin"],
        "month": cells["month"],
        "week": np.full(len(cells), -1, np.int32),
        "mass_g": np.where(cells["has_mass"], cells["mass_g"], 0),
        "has_mass": cells["has_mass"],
        "quantity_milli": np.where(cells["unit"] >= 0, cells["quantity_milli"], 0),
        "unit": cells["unit"],
        "value_e4": np.where(cells["has_value"], cells["value_e4"], 0),
        "has_value": cells["has_value"],
        "firm": np.zeros(len(cells), np.int64),
        "line_key": _places(cells),
        "version": cells["vintage"],
        "vintage": np.zeros(len(cells), np.int16),
        "raw_offset": cells["raw_offset"],
    }
