"""Signed counts of lines by (series, period), held where a line fell alone: sorted runs, as many as needed.

A ring has room for every period of a chunk; a distribution of unit values has a thousand steps a week, of
which a series touches a few. Memory follows the distinct cells, never more than the lines.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Ints
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.packing import pack, unpack

_FULL_SHARE: Final = 2  # a run takes in the one before it unless that is so many times larger
_NEVER = np.iinfo(np.int32).min


class Tally:
    """Counts of lines in cells; `period` is a week and a step within it, as `at` packs them.

    Of each series the weeks within `weeks` of its newest are kept; earlier ones are refused and forgotten.
    """

    channels: Final = ("lines",)

    def __init__(self, steps: int, weeks: int) -> None:
        self.steps, self.weeks = steps, weeks
        self._newest = Growing(np.int32, fill=_NEVER)  # [series] week
        self._pending: list[tuple[Ints, Ints]] = []
        self._runs: list[tuple[Ints, Ints]] = []  # (packed cells ascending, lines), large ones first

    def at(self, week: Ints, step: Ints) -> Ints:
        """[n] the period of a step of a week."""
        period: Ints = week * self.steps + step
        return period

    def add(self, series: Ints, periods: Ints, amounts: Mapping[str, AnyArray]) -> Bools:
        """Add signed lines to cells; returns [n] which were too old to be kept and were left out."""
        self._meet(series, periods)
        kept = self._kept(series, periods)
        self._pending.append((pack(series[kept], periods[kept]), amounts["lines"][kept].astype(np.int64)))
        return ~kept

    def put(self, series: Ints, periods: Ints, amounts: Mapping[str, AnyArray]) -> None:
        """Set distinct cells to given totals, as a stored state is loaded; later calls win."""
        self._meet(series, periods)
        before = self.cells(series, periods, "lines")
        self._pending.append((pack(series, periods), amounts["lines"].astype(np.int64) - before))

    def cells(self, series: Ints, periods: Ints, channel: str) -> Ints:
        """[n] lines at single cells; 0 where nothing is held."""
        del channel  # there is one
        self._settle()
        wanted, found = pack(series, periods), np.zeros(len(series), np.int64)
        for keys, lines in self._runs:
            place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            found += np.where(keys[place] == wanted, lines[place], 0)
        return found

    def totals(self, series: Ints, periods: Ints) -> dict[str, AnyArray]:
        """The same by channel."""
        return {"lines": self.cells(series, periods, "lines")}

    def read(self, series: Ints, first_week: int, last_week: int) -> tuple[Ints, Ints, Ints, Ints]:
        """The cells of series [n] over an inclusive window of weeks: (row, week, step, lines), [c] each.

        A cell may come in several parts, which add up.
        """
        self._settle()
        nothing = np.zeros(len(series), np.int64)
        self._newest.reach(int(series.max(initial=-1)) + 1)
        kept = self._newest.data[series].astype(np.int64) - self.weeks + 1
        first = pack(series, np.maximum(kept, first_week) * self.steps)
        end = pack(series, nothing + (last_week + 1) * self.steps)
        rows, places, counts = [_NONE], [_NONE], [_NONE]
        for keys, lines in self._runs:
            start, sizes = _spans(keys, first, end)
            row = np.repeat(np.arange(len(series)), sizes)
            held = np.arange(len(row)) + np.repeat(start - (np.cumsum(sizes) - sizes), sizes)
            rows.append(row)
            places.append(unpack(keys[held])[1])
            counts.append(lines[held])
        period = np.concatenate(places)
        return np.concatenate(rows), period // self.steps, period % self.steps, np.concatenate(counts)

    def nbytes(self) -> int:
        """Bytes of the cells in use."""
        self._settle()
        return sum(keys.nbytes + lines.nbytes for keys, lines in self._runs) + self._newest.used_bytes()

    def _meet(self, series: Ints, periods: Ints) -> None:
        self._newest.reach(int(series.max(initial=-1)) + 1)
        np.maximum.at(self._newest.data, series, (periods // self.steps).astype(np.int32))

    def _kept(self, series: Ints, periods: Ints) -> Bools:
        kept: Bools = periods // self.steps > self._newest.data[series] - self.weeks
        return kept

    def _settle(self) -> None:
        """Make a run of what came since, and merge runs of like size: each cell moves log(n) times."""
        if not self._pending:
            return
        waiting, self._pending = self._pending, []
        run = _summed(*(np.concatenate(part) for part in zip(*waiting, strict=True)))
        while self._runs and len(self._runs[-1][0]) < _FULL_SHARE * len(run[0]):
            before = self._runs.pop()
            keys, lines = (np.concatenate(part) for part in zip(before, run, strict=True))
            kept = self._kept(*unpack(keys))
            run = _summed(keys[kept], lines[kept])
        if len(run[0]):
            self._runs.append(run)


def _summed(keys: Ints, lines: Ints) -> tuple[Ints, Ints]:
    """Distinct keys ascending with the sum of their lines, those that come to nothing left out."""
    order = np.argsort(keys, kind="stable")  # merges what is sorted already
    keys, lines = keys[order], lines[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else _NONE
    sums = np.add.reduceat(lines, starts) if len(starts) else lines
    there = sums != 0
    return keys[starts][there], sums[there]


def _spans(keys: Ints, first: Ints, end: Ints) -> tuple[Ints, Ints]:
    start = np.searchsorted(keys, first)
    return start, np.maximum(np.searchsorted(keys, end) - start, 0)  # a window may be older than what is kept


_NONE = np.empty(0, np.int64)
