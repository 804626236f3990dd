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


def named(texts: pl.Series, names: Mapping[str, str], *, others: bool = False) -> pl.Series:
    """Texts by a table; what is not in it becomes null, or stays where `others` do."""
    known = [names.get(text, text if others else None) for text in texts.to_list()]
    return pl.Series(texts.name, known, pl.String)


class Distinct:
    """A text column, to be tested and changed a distinct text at a time; nulls stay null."""

    def __init__(self, text: pl.Series) -> None:
        if text.null_count() == len(text) or constant(text):
            self._become(text.drop_nulls().head(1), None, len(text))
        else:
            self._become(*encoded(text), len(text))

    def _become(self, texts: pl.Series, places: pl.Series | None, rows: int) -> None:
        """`places` None: all rows are the first text, or null if there is none."""
        self.texts, self._places, self._rows = texts, places, rows

    @classmethod
    def placed(cls, texts: pl.Series, places: pl.Series) -> "Distinct":
        """A column whose row n says `texts[places[n]]`; null where the place is null.

        Texts may be null or stand there twice, so that few rows can be spread over many.
        """
        if places.null_count() == len(places):
            return cls(pl.Series([None], dtype=pl.String).new_from_index(0, len(places)))
        made = cls(texts.head(0))
        made._become(texts, places, len(places))
        return made

    @classmethod
    def same(cls, text: str, rows: int) -> "Distinct":
        """A column of one text."""
        made = cls(pl.Series([text]))
        made._become(made.texts, None, rows)
        return made

    def changed(self, change: Change) -> "Distinct":
        """The column with every text changed."""
        made = copy(self)
        made.texts = change(self.texts)
        return made

    def at(self, rows: pl.Series) -> "Distinct":
        """The column of some rows, by their places; a row may stand there often."""
        made = copy(self)
        places = None if self._places is None else self._places.gather(rows)
        made._become(self.texts, places, len(rows))  # noqa: SLF001 - its own
        return made

    def without(self, rows: pl.Series) -> "Distinct":
        """The column, null in some rows (bool[n])."""
        return Distinct.placed(self.texts, self.places.set(rows, None)) if rows.any() else self

    @property
    def known(self) -> list[str]:
        """The distinct texts."""
        return self.texts.to_list()

    @property
    def places(self) -> pl.Series:
        """For each row the place of its text among `texts` (UInt32), null where it has none."""
        if self._places is not None:
            return self._places
        return pl.Series([0 if len(self.texts) else None], dtype=pl.UInt32).new_from_index(0, self._rows)

    def among(self, rows: pl.Series) -> list[str]:
        """The distinct texts of some rows (bool[n])."""
        if self._places is None:
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

    @property
    def plain(self) -> pl.Series:
        """The column itself as texts."""
        return self.over_rows(self.texts)

    def mapped(self, change: Change) -> pl.Series:
        """Every row's text changed."""
        return self._spread(change(self.texts))

    def replaced(self, names: Mapping[str, str]) -> pl.Series:
        """Every row's text by a table; what is not in it stays."""
        return self.mapped(lambda known: named(known, names, others=True))

    def named(self, names: Mapping[str, str]) -> pl.Series:
        """Every row's text by a table; null what is not in it."""
        return self.mapped(lambda known: named(known, names))

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
        return self.over_rows(_coded(values))

    def over_rows(self, values: pl.Series) -> pl.Series:
        """Values of the distinct texts as values of the rows; texts stay texts."""
        if self._places is not None:
            return values.gather(self._places)
        if not len(values):
            values = pl.Series(values.name, [None], values.dtype)
        return values.new_from_index(0, self._rows)
