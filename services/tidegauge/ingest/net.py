"""What is left of signed contributions: each content with how often it counts, whatever way it came there."""

from typing import Any, Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools
from tidegauge.domain.blocks import Block

_COMPACT_ROWS: Final = 500_000
_CAUSE: Final = (
    "sign",
    "raw_offset",
    "vintage",
)  # when a content was told; `version` says of what vintage it is


class Net:
    """Adds contributions up; what was added and taken back leaves nothing."""

    def __init__(self) -> None:
        self._frames: list[pl.DataFrame] = []
        self._rows = 0

    def add(self, block: Block, rows: Bools, times: int = 1) -> None:
        """Add some rows [n] of a CONTRIBUTIONS block; with `times` -1 they are taken away."""
        if not rows.any():
            return
        feeds = np.array(["|".join(feed[:2]) for feed in block.header["feeds"]], object)
        units = np.array([*block.header["units"], ""], object)  # the last for -1: no quantity
        columns: dict[str, Any] = {
            name: column[rows] for name, column in block.columns.items() if name not in _CAUSE
        }
        columns |= {
            "feed": pl.Series(feeds[columns["feed"]], dtype=pl.String),
            "unit": pl.Series(units[columns["unit"]], dtype=pl.String),
            # A line amended to what it said before is not told: which version was is a matter of batches.
            "version": np.where(columns["week"] < 0, columns["version"], 0),
            "count": block.columns["sign"][rows].astype(np.int64) * times,
        }
        self._frames.append(pl.DataFrame(columns))
        self._rows += len(columns["count"])
        if self._rows > _COMPACT_ROWS:
            self.left()

    def left(self) -> pl.DataFrame:
        """One row for each content that counts, in no order; `count` says how often."""
        if not self._frames:
            return pl.DataFrame({"product": [], "month": [], "count": []})
        together = pl.concat(self._frames)
        contents = [name for name in together.columns if name != "count"]
        left = together.group_by(contents).agg(pl.col("count").sum()).filter(pl.col("count") != 0)
        self._frames, self._rows = [left], 0
        return left
