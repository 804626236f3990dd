"""Which product codes a record speaks of: those that begin with its own."""

from collections.abc import Iterable, Iterator
from typing import Final

LEAST_DIGITS: Final = 2
HS_DIGITS: Final = 6  # the digits that all customs territories share


def prefixes(product: str, least: int = LEAST_DIGITS) -> Iterator[str]:
    """The code itself, then ever shorter beginnings of it, down to so many digits (two: the chapter)."""
    for length in range(len(product), least - 1, -1):
        yield product[:length]


def speaks_of(codes: Iterable[str], product: str, *, abroad: bool) -> bool:
    """Whether a list of codes names a product.

    Codes of the same border: one begins with the other (a ten-digit code names a part of an eight-digit
    product). Codes of another country's border: the first six digits, the only ones that are the same.
    """
    if abroad:
        return any(product.startswith(code[:HS_DIGITS]) for code in codes)
    return any(product.startswith(code) or code.startswith(product) for code in codes)
