"""Cells of Comext's long CSV as whole numbers, and the published totals held against their sums."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.base import FeedError

# Bits of a key for the number of each code; together less than 63.
_BITS: Final = {"product": 24, "reporter": 12, "flow": 3, "TIME_PERIOD": 12, "partner": 12}
_GROUP: Final = ("product", "reporter", "flow", "TIME_PERIOD", "indicators")
_INDICATOR_BITS: Final = 8


class CellNumbers:
    """Numbers the codes of a file in order of first sight, so that a cell is one number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers: dict[str, dict[str, int]] = {}

    def keys(self, known: Mapping[str, Distinct]) -> pl.Series:
        """[n] one number (Int64) a cell."""
        return self._packed(known, _BITS)

    def groups(self, known: Mapping[str, Distinct]) -> pl.Series:
        """[n] one number (Int64) for all partners of a product's month, by indicator."""
        bits = {name: _BITS.get(name, _INDICATOR_BITS) for name in _GROUP}
        return self._packed(known, bits)

    def _packed(self, known: Mapping[str, Distinct], bits: Mapping[str, int]) -> pl.Series:
        packed = pl.Series([0])
        for name, width in bits.items():
            packed = packed * 2**width + self._numbered(name, known[name], 2**width)
        return packed

    def _numbered(self, name: str, codes: Distinct, most: int) -> pl.Series:
        """[n] the number of each code, 0 where null."""
        numbers = self._numbers.setdefault(name, {})
        for code in codes.known:
            numbers.setdefault(code, len(numbers) + 1)
        if len(numbers) >= most:
            raise FeedError(f"{self._path}: has more than {most - 1} different codes in the column {name}")
        return codes.mapped(
            lambda known: pl.Series([numbers[code] for code in known], dtype=pl.Int64)
        ).fill_null(0)


class Balance:
    """Holds the published total of all partners against the sum of those that are given.

    A file may name only some partners, so less than the total is in order; more is not. Figures are rounded
    each by itself: half a unit of the last place a partner is allowed.
    """

    def __init__(self) -> None:
        self._sums: list[pl.DataFrame] = []

    def take(self, keyed: pl.DataFrame, world: pl.Series, given: pl.Series) -> None:
        """Add the rows of a batch; `world` and `given` (bool[n]): totals, and rows that become records."""
        amount = keyed["OBS_VALUE"].cast(pl.Float64, strict=False)
        whole = pl.DataFrame({"group": keyed["group"], "amount": amount, "indicator": keyed["indicators"]})
        totals = (
            whole.filter(world)
            .group_by("group")
            .agg(
                pl.col("amount").sum().alias("total"),
                pl.col("indicator").first(),
                pl.lit(value=True).alias("world"),
            )
        )
        parts = (
            whole.filter(given)
            .group_by("group")
            .agg(pl.col("amount").sum().alias("parts"), pl.len().alias("partners"))
        )
        self._sums.append(totals.join(parts, on="group", how="full", coalesce=True))

    def exceeded(self) -> int:
        """How many (reporter, product, flow, month, indicator) add up to more than their total."""
        if not self._sums:
            return 0
        whole = (
            pl.concat(self._sums)
            .group_by("group")
            .agg(
                pl.col("total", "parts", "partners").sum(),
                pl.col("world").any(),
                pl.col("indicator").drop_nulls().first(),
            )
        )
        step = pl.when(pl.col("indicator").str.starts_with("VALUE")).then(1.0).otherwise(0.01)
        slack = step * (pl.col("partners") + 1) / 2
        return whole.filter("world", pl.col("parts") > pl.col("total") + slack).height
