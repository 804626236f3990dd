"""Columns of codes by their distinct texts, so that each text is looked at once and not once a row."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

import polars as pl

Change = Callable[[pl.Series], pl.Series]


def encoded(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The distinct texts in order of first sight, and for each row the place of its own (null where null)."""
    categories = pl.Categories.random()  # of this column alone: a shared one would keep every text for good
    places = text.cast(pl.Categorical(categories)).to_physical()
    return text.gather(places.arg_unique()).drop_nulls(), places


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

    @cached_property
    def known(self) -> list[str]:
        """The distinct texts."""
        return self.texts.to_list()

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

    def _spread(self, values: pl.Series) -> pl.Series:
        """Values of the distinct texts as values of the rows."""
        if not self._same:
            return values.gather(self._places)
        if not len(values):
            return pl.Series(values.name, [None], values.dtype).new_from_index(0, self._rows)
        return values.new_from_index(0, self._rows)
