"""The lines behind a figure: of all contributions those that still count in one cell."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools
from tidegauge.domain.blocks import Block, BlockKind

_SHOWN = ("line_key", "version", "origin", "week", "mass_g", "has_mass", "value_e4", "has_value")


class Figure(NamedTuple):
    """One cell of the panel: a month of a product of one feed, from one origin or (0) from all."""

    reporter: str
    source: str
    product: int
    origin: int
    month: int


class Behind(NamedTuple):
    """What counts in a figure: columns of equal length, and the currency of the values."""

    columns: dict[str, AnyArray]  # _SHOWN and day
    currency: str

    def __len__(self) -> int:
        """How many lines, or cells of statistics, count."""
        return len(self.columns["line_key"])


def behind(blocks: Iterable[Block], figure: Figure) -> Behind:
    """What of the contributions of a log counts in a figure at the log's end, in order of arrival.

    A line counts if the last that was said of it here adds it: what was taken back, or moved to another cell,
    does not. `day` is the vintage of a statistic, empty for a line of a declaration. The sums of the columns
    are the figure.
    """
    found: list[dict[str, AnyArray]] = []
    currency = ""
    for block in blocks:
        if block.kind is not BlockKind.CONTRIBUTIONS:
            continue
        rows = np.flatnonzero(_in(block, figure))
        if len(rows):
            currency = block.header["feeds"][int(block.columns["feed"][rows[0]])][2]
            days = np.array(block.header["vintages"], dtype="U10")[block.columns["vintage"][rows]]
            kept = {name: block.columns[name][rows] for name in (*_SHOWN, "sign")}
            found.append({**kept, "day": days})
    names = (*_SHOWN, "day")
    if not found:
        return Behind({name: np.empty(0, "U10" if name == "day" else np.int64) for name in names}, currency)
    said = {name: np.concatenate([one[name] for one in found]) for name in found[0]}
    last = _last_of_each(said)
    rows = last[said["sign"][last] > 0]
    return Behind({name: said[name][rows] for name in names}, currency)


def _in(block: Block, figure: Figure) -> Bools:
    """[n] the contributions of a block that lie in the cell."""
    feeds = [place for place, feed in enumerate(block.header["feeds"]) if (*feed[:2],) == figure[:2]]
    columns = block.columns
    rows: Bools = np.isin(columns["feed"], feeds)
    rows &= (columns["product"] == figure.product) & (columns["month"] == figure.month)
    return rows if not figure.origin else rows & (columns["origin"] == figure.origin)


def _last_of_each(said: dict[str, AnyArray]) -> AnyArray:
    """Places of the last contribution of each line, in order of arrival."""
    order = np.lexsort((np.arange(len(said["sign"])), said["origin"], said["line_key"]))
    key, origin = said["line_key"][order], said["origin"][order]
    ends = np.append((key[1:] != key[:-1]) | (origin[1:] != origin[:-1]), True)
    return np.sort(order[ends])
