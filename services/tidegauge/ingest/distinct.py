"""Columns of codes by their distinct texts, so that each text is looked at once and not once a row.

What was changed so goes on as an Enum: the texts, and each row's place among them. Its check
(`ingest.columns`) then looks at each text once, too.
"""

from collections.abc import Callable, Collection, Mapping
from copy import copy

import numpy as np
import polars as pl

Change = Callable[[pl.Series], pl.Series]


def encoded(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts, and for each row the place of its own (null where null).

    Of an Enum all its texts, be they in a row or not.
    """
    if isinstance(text.dtype, pl.Enum):
        return text.dtype.categories.alias(text.name), text.to_physical()
    categories = pl.Categories.random()  # of this column alone: a shared one would keep every text for good
    coded = text.cast(pl.Categorical(categories))
    places = coded.to_physical()
    count = 0 if places.null_count() == len(places) else int(places.max()) + 1  # type: ignore[arg-type]  # there are some
    known = pl.select(pl.int_range(count, dtype=pl.UInt32).cat.to(coded.dtype).cast(pl.String))
    return known.to_series().alias(text.name), places


def spread(values: pl.Series, places: pl.Series) -> pl.Series:
    """Values of distinct texts as values of the rows; texts as an Enum."""
    return _coded(values).gather(places)


def _coded(values: pl.Series) -> pl.Series:
    if values.dtype != pl.String():
        return values
    return values.cast(pl.Enum(values.drop_nulls().unique(maintain_order=True)))


def constant(text: pl.Series) -> bool:
    """Whether every row says the same; comparing is far cheaper than hashing."""
    return len(text) > 0 and not text.null_count() and bool((text == text[0]).all())


class Distinct:
    """A text column, to be tested and changed a distinct text at a time; nulls stay null."""

    def __init__(self, text: pl.Series) -> None:
        self._rows = len(text)
        self._same = text.null_count() == self._rows or constant(text)
        if self._same:
            self.texts = text.drop_nulls().head(1)
        else:
            self.texts, self._places = encoded(text)

    @property
    def known(self) -> list[str]:
        """The distinct texts."""
        return self.texts.to_list()

    @property
    def places(self) -> pl.Series:
        """Each row's place among the texts (UInt32[n])."""
        if not self._same:
            return self._places.cast(pl.UInt32)
        first = 0 if len(self.texts) else None
        return pl.Series([first], dtype=pl.UInt32).new_from_index(0, self._rows)

    def among(self, rows: pl.Series) -> list[str]:
        """The distinct texts of some rows (bool[n])."""
        if self._same:
            return self.known if rows.any() else []
        if rows.all():
            return self.known
        return self.texts.gather(self._places.filter(rows).drop_nulls().unique()).to_list()

    def where(self, test: Change) -> pl.Series:
        """The rows (bool[n]) whose text passes a test; null does not."""
        passed = test(self.texts).fill_null(value=False)
        if not passed.any():
            return pl.Series([False]).new_from_index(0, self._rows)
        return self._spread(passed).fill_null(value=False)

    def one_of(self, texts: Collection[str]) -> pl.Series:
        """The rows (bool[n]) whose text is among some texts."""
        return self.where(lambda known: known.is_in(list(texts)))

    def other_than(self, text: str) -> pl.Series:
        """The rows (bool[n]) that say something else."""
        return self.where(lambda known: known != text)

    def changed(self, change: Change) -> "Distinct":
        """The same column with every text changed."""
        other = copy(self)
        other.texts = change(self.texts)
        return other

    def mapped(self, change: Change) -> pl.Series:
        """Every row's text changed."""
        return self._spread(change(self.texts))

    def replaced(self, names: Mapping[str, str]) -> pl.Series:
        """Every row's text by a table; what is not in it stays."""
        return self._spread(
            pl.Series(self.texts.name, [names.get(text, text) for text in self.known], pl.String)
        )

    def named(self, names: Mapping[str, str]) -> pl.Series:
        """Every row's text by a table; null what is not in it."""
        return self._spread(pl.Series(self.texts.name, [names.get(text) for text in self.known], pl.String))

    @property
    def coded(self) -> pl.Series:
        """The column itself as an Enum."""
        return self._spread(self.texts)

    def beside(self, other: "Distinct") -> pl.Series:
        """Every row's text with the other column's behind it; null where either is."""
        count, beside = len(self.texts), len(other.texts)
        if count * beside > self._rows:  # codes have few combinations; anything else may have many
            return self.coded.cast(pl.String) + other.coded.cast(pl.String)
        left, right = np.divmod(np.arange(count * beside), max(beside, 1))
        pairs = self.texts.gather(left) + other.texts.gather(right)
        return spread(pairs, self.places * beside + other.places)

    def _spread(self, values: pl.Series) -> pl.Series:
        """Values of the distinct texts as values of the rows."""
        if not self._same:
            return spread(values, self._places)
        if not len(values):
            values = pl.Series(values.name, [None], values.dtype)
        return _coded(values).new_from_index(0, self._rows)
