"""What ingest has met before: feeds and units under small numbers, and one currency and basis a feed."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.view import Feed
from tidegauge.ingest.keys import numbered

UNSTATED = -1
_MONEY = ("currency", "value_basis")


@dataclass(slots=True)
class Interned:
    """Feeds and units in order of first sight."""

    feeds: list[Feed] = field(default_factory=list)
    units: list[str] = field(default_factory=list)

    def feed_numbers(self, frame: pl.DataFrame) -> tuple[Ints, Bools]:
        """[n] the feed of each row by (reporter, source), and which rows contradict their feed.

        The first record of a feed that states its currency and value basis settles them; a row that states
        another is not comparable with the rest of the series. Empty ones are taken as the feed's.
        """
        named = frame.select("reporter", "source", *_MONEY, "nomenclature").with_columns(
            pl.all().fill_null("")
        )
        distinct = named.unique(maintain_order=True).with_row_index("place")
        places = named.join(distinct, on=named.columns, how="left", maintain_order="left")["place"].to_numpy()
        found = [self._feed(*row) for row in distinct.drop("place").rows()]
        numbers = np.array([number for number, _ in found], np.int64)
        contradicts = np.array([not fits for _, fits in found], bool)
        return numbers[places], contradicts[places]

    def unit_numbers(self, series: pl.Series) -> Ints:
        """[n] the unit of each row, UNSTATED where null."""
        for unit in series.drop_nulls().unique(maintain_order=True).to_list():
            if unit not in self.units:
                self.units.append(unit)
        return numbered(series, lambda unit: self.units.index(unit) + 1) - 1

    def _feed(
        self, reporter: str, source: str, currency: str, basis: str, nomenclature: str
    ) -> tuple[int, bool]:
        stated = Feed(reporter, source, currency, basis, nomenclature)
        for number, feed in enumerate(self.feeds):
            if (feed.reporter, feed.source) == (reporter, source):
                filled = feed.filled(stated)
                fits = currency in ("", filled.currency) and basis in ("", filled.value_basis)
                if fits:
                    self.feeds[number] = filled
                return number, fits
        self.feeds.append(stated)
        return len(self.feeds) - 1, True
