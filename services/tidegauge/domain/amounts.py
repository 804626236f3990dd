"""Amounts as whole numbers: decimal text to and from grams, 1/10,000 of a currency and 1/1,000 of a unit.

Whole numbers make a sum independent of its order, and a cancelled cell exactly zero.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from enum import IntEnum
from typing import Final

# At most eighteen digits in the fixed form: within int64 with room for nine such rows in one sum.
FIXED_LIMIT: Final = 10**18

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_CONTEXT: Final = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Digits(IntEnum):
    """Decimal digits that the fixed form of an amount keeps."""

    MASS = 3  # kilograms as grams
    QUANTITY = 3  # units as 1/1,000
    MONEY = 4  # currency units as 1/10,000


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed-point amount, and whether digits beyond its precision were rounded away (half to even)."""

    value: int
    rounded: bool


class NotANumberError(ValueError):
    """The text is not a decimal number."""


class AmountRangeError(ValueError):
    """The number has more digits than the fixed form holds."""


def decimal_number(text: str) -> Decimal:
    """The exact decimal of a text such as `-12.5` or `1e3`; raises NotANumberError."""
    if _NUMBER.fullmatch(text) is None:
        raise NotANumberError(f"'{text}' is not a number")
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of twenty digits
        raise NotANumberError(f"'{text}' is not a number") from None


def to_fixed(text: str, digits: int) -> Fixed:
    """A decimal text as a whole number of 10**-digits units, rounded half to even.

    Raises NotANumberError, and AmountRangeError from 10**18 on.
    """
    exact = decimal_number(text)
    try:
        scaled = exact.scaleb(digits, _CONTEXT)
        whole = scaled.quantize(Decimal(1), context=_CONTEXT)
    except (InvalidOperation, Overflow):
        raise AmountRangeError(f"'{text}' has too many digits") from None
    if abs(whole) >= FIXED_LIMIT:
        raise AmountRangeError(f"'{text}' has too many digits")
    return Fixed(int(whole), rounded=whole != scaled)


def from_fixed(value: int, digits: int) -> str:
    """The shortest plain decimal text of a fixed-point amount: `from_fixed(1500, 3)` is `1.5`."""
    whole, part = divmod(abs(value), 10**digits)
    tail = f"{part:0{digits}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' + tail if tail else ''}"
