"""Cancellations of whole declarations: they name no item, and reach every item, known or still to come.

The key of an item is made of its declaration's key and its number, so that the items of a declaration are
found again without a list of them: one asks for the numbers 1, 2, ... up to the highest met so far. The few
numbers beyond NEAR are listed.
"""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.keytable import MISSING, KeyTable
from tidegauge.domain.ledger.lines import BIT, LINE, Action
from tidegauge.domain.ledger.pages import Rows, mix

NEAR: Final = 9_999  # items; customs systems number them by at most four digits
_FEW: Final = 64  # slots of a table that most ledgers hardly use


def item_keys(declarations: Ints, items: Ints) -> Ints:
    """[n] keys of items out of the keys of their declarations and their numbers."""
    return mix([declarations, items])


def item_checks(declarations: Ints, items: Ints) -> Ints:
    """[n] the second, independent 64 bits of items: cheaper than a key, as they need no even spread."""
    checks: Ints = declarations ^ items
    return checks


class WholeCancellations:
    """Knows which declarations were cancelled whole, and up to which version."""

    def __init__(self) -> None:
        self._versions = KeyTable(_FEW)
        self._highest = 0
        self._far: dict[int, set[int]] = {}

    def remember(self, rows: Rows) -> None:
        """Enter stored rows."""
        self._meet_items(rows)
        whole = rows[rows["action"] == Action.CANCEL_ALL]
        if not len(whole):
            return
        order = np.lexsort((whole["version"], whole["whole"]))
        last = np.append(whole["whole"][order][1:] != whole["whole"][order][:-1], True)
        keys, versions = whole["whole"][order][last], whole["version"][order][last]
        self._versions.put(keys, np.maximum(versions, self._versions.get(keys)))

    def expanded(self, batch: Rows, index: KeyTable) -> tuple[Rows, Ints]:
        """The batch with one cancellation an item added, and for each row the row of the batch behind it.

        A cancellation that comes first reaches an item when its first version comes; one that comes later
        reaches the items that `index` knows. So each item meets the highest whole cancellation in any order.
        """
        self._meet_items(batch)
        whole = np.flatnonzero(batch["action"] == Action.CANCEL_ALL)
        if not len(whole) and not len(self._versions):
            return batch, np.arange(len(batch))
        known = [self._known_items(batch[place], index) for place in whole.tolist()]
        made = [batch[:0], *known]
        behind = [np.arange(len(batch)), *(np.full(len(k), i) for i, k in zip(whole, known, strict=True))]
        first, versions = self._first_met(batch, whole, index)
        made.append(_cancelling(batch[first], versions))
        return np.concatenate([batch, *made]), np.concatenate([*behind, first])

    def _known_items(self, whole: Rows, index: KeyTable) -> Rows:
        """One cancellation for each known item of a declaration."""
        far = sorted(self._far.get(int(whole["whole"]), ()))
        items = np.concatenate([np.arange(1, self._highest + 1), np.array(far, np.int64)])
        keys = item_keys(np.full(len(items), whole["whole"]), items)
        there = index.get(keys) != MISSING
        rows = np.repeat(whole.reshape(1), np.count_nonzero(there))
        rows["key"], rows["item"] = keys[there], items[there]
        rows["check"] = item_checks(np.full(len(rows), whole["check"]), items[there])
        return _cancelling(rows, rows["version"])

    def _first_met(self, batch: Rows, whole: Ints, index: KeyTable) -> tuple[Ints, Ints]:
        """Rows of items never seen before whose declaration was cancelled whole, and by which version."""
        here = WholeCancellations()
        here.remember(batch[whole])
        versions = np.maximum(self._versions.get(batch["whole"]), here._versions.get(batch["whole"]))
        places = np.flatnonzero((versions != MISSING) & (batch["action"] != Action.CANCEL_ALL))
        places = places[index.get(batch["key"][places]) == MISSING]
        _, once = np.unique(batch["key"][places], return_index=True)
        return places[once], versions[places[once]]

    def _meet_items(self, rows: Rows) -> None:
        if not len(rows):
            return
        far: Bools = rows["item"] > NEAR
        if far.any():
            for key, item in zip(rows["whole"][far].tolist(), rows["item"][far].tolist(), strict=True):
                self._far.setdefault(key, set()).add(item)
            rows = rows[~far]
        self._highest = max(self._highest, int(rows["item"].max(initial=0)))


def _cancelling(rows: Rows, versions: Ints) -> Rows:
    """Cancellations of the items of some rows: nothing but the feed is taken over."""
    made = np.zeros(len(rows), LINE)
    for name in ("key", "check", "whole", "item", "raw_offset", "feed"):
        made[name] = rows[name]
    made["version"], made["unit"] = versions, -1
    made["action"] = Action.CANCEL
    made["sets"] = made["has"] = BIT["feed"]
    return made
