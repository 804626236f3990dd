"""Product and country codes: their shape, their whole-number form, and the chapter families."""

import re
from collections.abc import Sequence
from typing import Final

NOT_DECLARED: Final = "ZZ"  # confidential, bunkers, not specified
POOLED: Final = "QR"  # other origins, pooled by whoever published the file
PSEUDO_ORIGINS: Final = frozenset({NOT_DECLARED, POOLED})
ALL_ORIGINS: Final = ""  # a subject that speaks of all (extra-area) origins

SCOPE_BASE: Final = 12 * 10**10  # scopes' numbers come after those of all product codes, and below 2**37

_PRODUCT = re.compile(r"[0-9]{2,10}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DIGITS_BASE: Final = 10**10
_LETTERS: Final = 26

# Chapters whose products trade places; a scope lies in one family (operator's choice).
CHAPTER_FAMILIES: Final = {"72": "72-73", "73": "72-73", "84": "84-85", "85": "84-85"}


def is_product(text: str) -> bool:
    """Whether a text is a product code: 2 to 10 digits."""
    return _PRODUCT.fullmatch(text) is not None


def is_country(text: str) -> bool:
    """Whether a text has the shape of an ISO 3166-1 alpha-2 code."""
    return _COUNTRY.fullmatch(text) is not None


def chapter_family(product: str) -> str:
    """The family that a product's records are partitioned by."""
    return CHAPTER_FAMILIES.get(product[:2], product[:2])


def product_number(code: str) -> int:
    """A product code as one whole number that keeps leading zeros; below 2**37."""
    return len(code) * _DIGITS_BASE + int(code)


def product_code(number: int) -> str:
    """The product code of its whole number."""
    length, digits = divmod(number, _DIGITS_BASE)
    return f"{digits:0{length}d}"


def subject_code(number: int, scopes: Sequence[str] = ()) -> str:
    """The product code of a whole number, or `scope:ID` of the scope that it stands for."""
    return f"scope:{scopes[number - SCOPE_BASE]}" if number >= SCOPE_BASE else product_code(number)


def country_number(code: str) -> int:
    """An alpha-2 code as a whole number from 1 to 676; 0 stands for all origins."""
    return (ord(code[0]) - 65) * _LETTERS + ord(code[1]) - 65 + 1


def country_code(number: int) -> str:
    """The alpha-2 code of its whole number; empty for 0."""
    if number == 0:
        return ALL_ORIGINS
    first, second = divmod(number - 1, _LETTERS)
    return chr(65 + first) + chr(65 + second)
