"""The distinct texts of a column, so that each is looked at once."""

import polars as pl


def encoded(text: pl.Series) -> tuple[list[str], pl.Series]:
    """The distinct texts in order of first sight, and for each row the place of its own (null where null)."""
    categories = pl.Categories.random()  # of this column alone: a shared one would keep every text for good
    column = text.cast(pl.Categorical(categories))
    return categories.to_series().to_list(), column.to_physical()  # it forgets them with the column


def constant(text: pl.Series) -> bool:
    """Whether every row says the same; comparing is far cheaper than hashing."""
    return len(text) > 0 and not text.null_count() and bool((text == text[0]).all())
