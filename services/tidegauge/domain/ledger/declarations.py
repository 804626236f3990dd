"""The ledger of declaration lines: new versions in, signed contributions out."""

from dataclasses import dataclass, field

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.keytable import MISSING, KeyTable
from tidegauge.domain.ledger.contributions import Columns, signed
from tidegauge.domain.ledger.lines import BIT, LINE, NEEDED, Action, content_hash, fold
from tidegauge.domain.ledger.pages import NO_ROW, PageReader, Rows, fetch, pointer
from tidegauge.domain.ledger.whole import WholeCancellations
from tidegauge.domain.periods import MONTHS_A_YEAR

_EPOCH_WEEK_SHIFT = 3  # 1970-01-01 is a Thursday: weeks count from the Monday 1969-12-29


@dataclass(slots=True)
class Folded:
    """What a batch of versions came to."""

    page: Rows  # to be stored under the page number that was given
    contributions: Columns
    late: Ints  # rows of the batch older than the amendment window: for quarantine
    collisions: Ints  # rows whose key collides with another line's: for quarantine
    counts: dict[str, int] = field(default_factory=dict)


class DeclarationLedger:
    """Knows every version of every line; the index is derivable from the pages."""

    def __init__(self, reader: PageReader, amendment_window_months: int) -> None:
        self._reader, self._window = reader, amendment_window_months
        self._index, self._whole = KeyTable(), WholeCancellations()
        self.newest_month = -1  # of an accepted line: the amendment window ends here

    def __len__(self) -> int:
        """How many lines are known."""
        return len(self._index)

    def remember(self, page: int, rows: Rows) -> None:
        """Enter a stored page into the index; pages must come in order."""
        keys, last = np.unique(rows["key"][::-1], return_index=True)
        self._index.put(keys, pointer(page, len(rows) - 1 - last))
        self._whole.remember(rows)
        self.newest_month = max(self.newest_month, _newest(rows))

    def take(self, page: int, batch: Rows) -> Folded:
        """Fold a batch of versions that will be stored as `page`; `previous` is filled in here.

        What the whole cancellation of a declaration does to its items is told of the row that cancels.
        """
        told = len(batch)
        batch, behind = self._whole.expanded(batch, self._index)
        known = self._index.get(batch["key"])
        fresh = (known == MISSING) & _alone(batch["key"])
        self.newest_month = max(self.newest_month, _newest(batch))
        again = np.flatnonzero(~fresh)
        old = self._chains(np.unique(known[again][known[again] != MISSING]))
        expired, collisions = self._refused(batch, again, old)
        again = again[~np.isin(again, collisions)]
        repeats = _repeats(batch[again], old)  # what is known to the letter is never too late
        late = _with_cause(expired[~np.isin(expired, again[repeats])], behind, told)
        taken = again[~repeats & ~np.isin(again, late)]
        stored = np.zeros(len(batch), bool)
        stored[fresh] = True
        stored[taken] = True
        stored[late] = False  # a whole cancellation, new by itself, whose items are too old
        simple = batch[fresh]
        simple_live = _live_alone(simple)
        before, after = self._changes(batch[taken], old)
        contributions = signed(_columns(before), _columns(np.concatenate([simple[simple_live], after])))
        counts = {
            "accepted": int(np.count_nonzero(stored[:told])),
            "duplicates": int(np.count_nonzero(again[repeats] < told)),
            "version_conflicts": _surplus(np.concatenate([old, batch[taken]])) - _surplus(old),
            "waiting": int(np.count_nonzero(np.isin(simple["action"], (Action.AMEND, Action.CANCEL)))),
        }
        kept = self._linked(page, batch[stored])
        self._whole.remember(kept)
        return Folded(kept, contributions, late[late < told], collisions[collisions < told], counts)

    def _linked(self, page: int, rows: Rows) -> Rows:
        """Chain rows to the version of their line that came before them, and move the index on."""
        rows = rows.copy()
        rows["previous"] = self._index.get(rows["key"])
        order = np.argsort(rows["key"], kind="stable")
        follows = np.flatnonzero(rows["key"][order][1:] == rows["key"][order][:-1]) + 1
        rows["previous"][order[follows]] = pointer(page, order[follows - 1])
        keys, last = np.unique(rows["key"][::-1], return_index=True)
        self._index.put(keys, pointer(page, len(rows) - 1 - last))
        return rows

    def _chains(self, newest: Ints) -> Rows:
        """Every stored version of some lines, from their newest rows backwards."""
        found, where = [], newest
        while len(where):
            rows = fetch(self._reader, LINE, where, np.ones(len(where), np.int64))
            found.append(rows)
            where = rows["previous"][rows["previous"] != NO_ROW]
        return np.concatenate(found) if found else np.empty(0, LINE)

    def _refused(self, batch: Rows, again: Ints, old: Rows) -> tuple[Ints, Ints]:
        """Rows of known lines that come too late, or that another line's key was taken for."""
        if not len(old):
            return again[:0], again[:0]
        keys, first = np.unique(old["key"], return_index=True)
        place = np.minimum(np.searchsorted(keys, batch["key"][again]), len(keys) - 1)
        there = keys[place] == batch["key"][again]
        other = there & (old["check"][first[place]] != batch["check"][again])
        content, live = fold(old)
        gone_by = live & (_month(content["day"]) < self.newest_month - self._window)
        expired = there & ~other & gone_by[place]
        return again[expired], again[other]

    def _changes(self, rows: Rows, old: Rows) -> tuple[Rows, Rows]:
        """Contents taken back and contents added by new versions of known lines."""
        concerned = old[np.isin(old["key"], rows["key"])]
        before, was_live = fold(concerned)
        after, is_live = fold(np.concatenate([concerned, rows]))
        place = np.searchsorted(after["key"], before["key"])
        same = was_live & is_live[place] & (_said(before) == _said(after[place]))
        newest = np.zeros(len(after), np.int64)
        np.maximum.at(newest, np.searchsorted(after["key"], rows["key"]), rows["raw_offset"])
        after["raw_offset"] = newest
        before["raw_offset"] = newest[place]
        gone = np.zeros(len(after), bool)
        gone[place[same]] = True
        return before[was_live & ~same], after[is_live & ~gone]


def _with_cause(late: Ints, behind: Ints, told: int) -> Ints:
    """Late rows with every row that one cause lies behind: a whole cancellation is taken whole or not."""
    if len(behind) == told:
        return late
    return np.flatnonzero(np.isin(behind, behind[late]))


def _repeats(rows: Rows, old: Rows) -> Bools:
    """[n] versions known to the letter."""
    every = np.concatenate([old, rows])
    said = content_hash(every)
    order = np.lexsort((np.arange(len(every)), said, every["version"], every["key"]))
    ordered = every[order]
    repeats = np.zeros(len(every), bool)
    repeats[order[1:]] = _same_version(ordered) & (said[order][1:] == said[order][:-1])
    return repeats[len(old) :]


def _surplus(rows: Rows) -> int:
    """How many contents are known beyond one a version."""
    return int(np.count_nonzero(_same_version(rows[np.lexsort((rows["version"], rows["key"]))])))


def _same_version(ordered: Rows) -> Bools:
    """[n - 1] whether a row is of the same line and version as the one before it."""
    same: Bools = (ordered["key"][1:] == ordered["key"][:-1]) & (
        ordered["version"][1:] == ordered["version"][:-1]
    )
    return same


def _said(rows: Rows) -> Ints:
    """What a folded line contributes, as one hash."""
    rows = rows.copy()
    rows["sets"], rows["action"] = 0, 0
    return content_hash(rows)


def _live_alone(rows: Rows) -> Bools:
    """[n] whether first versions of lines contribute; they need no fold."""
    complete = (rows["has"] & NEEDED) == NEEDED
    live: Bools = (rows["action"] == Action.ACCEPT) & complete & (rows["counted"] == 1)
    return live


def _alone(keys: Ints) -> Bools:
    """[n] keys that occur once."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    alone: Bools = counts[inverse] == 1
    return alone


def _columns(rows: Rows) -> Columns:
    """Folded lines as contribution columns; absent amounts are 0 with their flag off."""

    def amount(name: str) -> Ints:
        found: Ints = np.where(rows["has"] & BIT[name], rows[name], 0)
        return found

    day = rows["day"].astype(np.int64)
    return {
        "feed": rows["feed"],
        "product": rows["product"],
        "origin": rows["origin"],
        "month": _month(day),
        "week": (day + _EPOCH_WEEK_SHIFT) // 7,
        "mass_g": amount("mass_g"),
        "has_mass": (rows["has"] & BIT["mass_g"]) != 0,
        "quantity_milli": amount("quantity_milli"),
        "unit": np.where(rows["has"] & BIT["quantity_milli"], rows["unit"], -1),
        "value_e4": amount("value_e4"),
        "has_value": (rows["has"] & BIT["value_e4"]) != 0,
        "firm": amount("firm"),
        "gross_g": amount("gross_g"),
        "melt": amount("melt"),
        "quota": amount("quota"),
        "line_key": rows["key"],
        "version": rows["version"],
        "vintage": np.zeros(len(rows), np.int16),
        "raw_offset": rows["raw_offset"],
    }


def _month(day: Ints) -> Ints:
    """Month numbers of days since 1970-01-01."""
    months: Ints = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * MONTHS_A_YEAR
    return months


def _newest(rows: Rows) -> int:
    dated = rows[(rows["action"] == Action.ACCEPT) & ((rows["has"] & BIT["day"]) != 0)]
    return int(_month(dated["day"].astype(np.int64)).max(initial=-1))
