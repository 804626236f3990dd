"""Move the decimal point of amounts in a text column, exactly."""

from typing import Final

import polars as pl

_LONGEST: Final = 19  # characters of a figure that is moved here: with all its digits it fits the type
_KEPT_DIGITS: Final = 9
_EXACT: Final = pl.Decimal(38, _KEPT_DIGITS)
_WHOLE: Final = pl.Decimal(38, 0)


def times_power_of_ten(column: str, power: int) -> pl.Expr:
    """A text column times 10**power (0 to 9), as text; null stays null.

    What is no number, or a long one, gets the exponent written behind it: the record's own check then reads
    or refuses it for what it is. So no figure ever goes on unmoved.
    """
    text = pl.col(column)
    moved = pl.when(text.str.len_bytes() <= _LONGEST).then(text).cast(_EXACT, strict=False)
    moved = moved * pl.lit(10**power).cast(_WHOLE)
    whole = moved.cast(_WHOLE, strict=False)
    return (
        pl.when(moved.is_null())
        .then(pl.concat_str(text, pl.lit(f"e{power}")))
        .when(whole.cast(_EXACT, strict=False) == moved)
        .then(whole.cast(pl.String))  # the short form is read at full speed
        .otherwise(moved.cast(pl.String))
    )
