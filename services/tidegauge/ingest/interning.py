"""What ingest has met before: feeds and units under small numbers, one currency and one basis a feed."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Ints
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.sources import VALUE_BASES, of_basis, publisher
from tidegauge.ingest.keys import numbered

UNSTATED = -1
_MONEY = ("currency", "value_basis")


@dataclass(slots=True)
class Interned:
    """Feeds and units in order of first sight."""

    feeds: list[Feed] = field(default_factory=list)
    units: list[str] = field(default_factory=list)

    def feed_numbers(self, frame: pl.DataFrame, reporting: str = "") -> Ints:
        """[n] the feed of each row by (reporter, source, value basis).

        Values of different bases are never summed: the basis met first has the source's own name, others
        have a series of their own beside it. Rows that state none go with the first. All series of a source
        are in one currency: `reporting`, or else the one that was stated first.
        """
        named = frame.select("reporter", "source", *_MONEY, "nomenclature").with_columns(
            pl.all().fill_null("")
        )
        distinct = named.unique(maintain_order=True)
        found = np.array([self._feed(Feed(*row), reporting) for row in distinct.rows()], np.int64)
        if len(found) == 1:
            return found.repeat(len(named))
        placed = distinct.with_row_index("place")
        places = named.join(placed, on=named.columns, how="left", maintain_order="left")["place"].to_numpy()
        numbers: Ints = found[places]
        return numbers

    def named_apart(self, frame: pl.DataFrame, feed: Ints) -> pl.DataFrame:
        """The rows with the source that their feed [n] goes by."""
        names = [one.source for one in self.feeds]
        if names == [publisher(name) for name in names]:
            return frame
        return frame.with_columns(source=pl.Series(names, dtype=pl.String).gather(feed))

    def unit_numbers(self, series: pl.Series) -> Ints:
        """[n] the unit of each row, UNSTATED where null."""
        if series.null_count() == len(series):
            return np.full(len(series), UNSTATED, np.int64)
        for unit in series.drop_nulls().unique(maintain_order=True).to_list():
            if unit not in self.units:
                self.units.append(unit)
        return numbered(series, lambda unit: self.units.index(unit) + 1) - 1

    def _feed(self, stated: Feed, reporting: str) -> int:
        """The number of the feed that a row belongs to, by what it states."""
        names = (stated.source, *(of_basis(stated.source, basis) for basis in VALUE_BASES))
        kin = [
            number
            for number, one in enumerate(self.feeds)
            if one.reporter == stated.reporter and one.source in names
        ]
        settled = next((self.feeds[number].currency for number in kin if self.feeds[number].currency), "")
        currency = settled or reporting or stated.currency
        for number in kin:
            known = self.feeds[number]
            if "" in (stated.value_basis, known.value_basis) or stated.value_basis == known.value_basis:
                self.feeds[number] = known.filled(replace(stated, source=known.source, currency=currency))
                return number
        name = of_basis(stated.source, stated.value_basis) if kin else stated.source
        self.feeds.append(replace(stated, source=name, currency=currency))
        return len(self.feeds) - 1
