"""Decimal texts as whole numbers of 10**-digits, exactly, most of them by way of floats.

Whole numbers are read as such. Of others let k be the exact scaled number of a text of at most fifteen
digits. The double of the text, times the (exact) power of ten, lies within k * 2**-52 of it. So where k is
whole and below 2**51, rounding gives k. Where it is not whole it differs from every whole number by at least
k * 10**-15, more than the k * 2**-51 that are allowed for. Whatever is not plainly whole in this sense, or is
longer, is read as a decimal.
"""

from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools, Floats, Ints

_LONGEST: Final = 16  # characters: fifteen digits and the point
_WHOLE_BELOW: Final = 2.0**51
_ERROR: Final = 2.0**-51
_DIGITS_HELD: Final = 18  # domain.amounts.FIXED_LIMIT
_PIECE: Final = 1 << 14  # rows at a time, so that what is worked out on the way stays in the cache
_EXPONENT: Final = "[eE]"


def fixed_point(text: pl.Series, digits: int) -> tuple[pl.Series, int]:
    """Whole numbers (Int64) of 10**-digits units, rounded half to even; null where null or refused.

    Also how many had digits that were rounded away. Refused: what is no number, and more than 18 digits.
    """
    if text.null_count() == len(text):
        return pl.Series(text.name, [None], pl.Int64).new_from_index(0, len(text)), 0
    if (integers := _integers(text)) is not None and _fit(integers, digits):
        return integers * 10**digits, 0
    whole, plain = _rounded(text.cast(pl.Float64, strict=False).to_numpy(), 10.0**digits)
    lengths = text.str.len_bytes()
    if lengths.max() > _LONGEST:  # type: ignore[operator]  # not all are null
        plain &= (lengths <= _LONGEST).fill_null(value=False).to_numpy()
    if plain.all():
        return pl.Series(text.name, whole), 0
    units = pl.Series(text.name, whole).set(pl.Series(~plain), None)
    others = np.flatnonzero(~plain & text.is_not_null().to_numpy())
    if not len(others):
        return units, 0
    found, rounded = _exactly(text.gather(others), digits)
    return units.scatter(others, found), rounded


def _integers(text: pl.Series) -> pl.Series | None:
    """The numbers of a column (Int64) in which no text has a point, else None; its first text tells most."""
    if not (text[0] or "0").isdecimal():
        return None
    integers = text.cast(pl.Int64, strict=False)
    return integers if integers.null_count() == text.null_count() else None


def _fit(integers: pl.Series, digits: int) -> bool:
    limit = 10 ** (_DIGITS_HELD - digits)
    return integers.is_between(-limit, limit, closed="none").all()


def _rounded(numbers: Floats, units: float) -> tuple[Ints, Bools]:
    """The nearest whole numbers of units, and which of them are certainly meant."""
    whole, plain = np.empty(len(numbers), np.int64), np.empty(len(numbers), bool)
    with np.errstate(invalid="ignore", over="ignore"):
        for at in range(0, len(numbers), _PIECE):
            piece = slice(at, at + _PIECE)
            scaled = numbers[piece] * units
            size, nearest = np.abs(scaled), np.rint(scaled)
            plain[piece] = (np.abs(scaled - nearest) <= size * _ERROR) & (size < _WHOLE_BELOW)
            whole[piece] = np.where(plain[piece], nearest, 0.0)
    return whole, plain


def _exactly(text: pl.Series, digits: int) -> tuple[pl.Series, int]:
    """The same by decimals, whose casts round half to even."""
    units = text.cast(pl.Decimal(_DIGITS_HELD, digits), strict=False).to_physical().cast(pl.Int64)
    point = text.str.find(".", literal=True)
    longer = (text.str.len_bytes() > point + (digits + 1)) | text.str.contains(_EXPONENT)
    suspects = text.filter(longer.fill_null(value=False) & units.is_not_null())
    exact = suspects.cast(pl.Decimal(38, 16), strict=False)
    kept = suspects.cast(pl.Decimal(38, digits), strict=False).cast(pl.Decimal(38, 16), strict=False)
    return units, int((exact != kept).sum())
