"""Move the decimal point of amounts in a text column, exactly."""

from typing import Final

import polars as pl

_LONGEST: Final = 19  # characters of a figure that is moved here: with all its digits it fits the type
_KEPT_DIGITS: Final = 9
_EXACT: Final = pl.Decimal(38, _KEPT_DIGITS)
_WHOLE: Final = pl.Decimal(38, 0)
_EXPONENT: Final = "[eE]"


def times_power_of_ten(column: str, power: int) -> pl.Expr:
    """A text column times 10**power (0 to 9), as text; see `moved`."""
    return pl.col(column).map_batches(lambda text: moved(text, power), return_dtype=pl.String)


def moved(text: pl.Series, power: int) -> pl.Series:
    """Texts times 10**power (0 to 9), as text; null stays null. Whole numbers stay numbers.

    The exponent is written behind the figure: the record's own check then reads or refuses it for what it is.
    So no figure ever goes on unmoved. One that has an exponent already is moved as a decimal.
    """
    if not power:
        return text
    if text.dtype == pl.Int64():
        return text * pl.Series([10**power])
    written = text + f"e{power}"
    exponents = text.str.contains(_EXPONENT).fill_null(value=False)
    if not exponents.any():
        return written
    exact = text.set(text.str.len_bytes() > _LONGEST, None).cast(_EXACT, strict=False)
    exact = (exact * pl.Series([10**power]).cast(_WHOLE)).cast(pl.String)
    return written.zip_with(~exponents | exact.is_null(), exact)
