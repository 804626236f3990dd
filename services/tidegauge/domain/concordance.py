"""Code breaks: the months in which a product code was born, split, merged or given up.

A window that holds such a month compares different goods under one number.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Ints
from tidegauge.domain.codes import product_number
from tidegauge.domain.periods import MONTHS_A_YEAR

CN, HS, NCM = "CN", "HS", "NCM"
RESTATED: Final = "-restated"  # ends the name of a nomenclature in which all months are restated
CN_DIGITS, HS_DIGITS = 8, 6
# An edition is in force from January, where a country did not take it up later (the HS of 2022 in Mercosur:
# Resolução Gecex 272/2021, in force on 1 April 2022).
_LATER: Final[Mapping[tuple[str, int], int]] = {(NCM, 2022): 3}
_MONTH_BITS = 15
_DIGITS_BASE = 10**10  # of codes.product_number
_LETTERS = re.compile(r"[A-Z]*")
_EMPTY: Ints = np.empty(0, np.int64)


def family_of(nomenclature: str) -> str:
    """Whose yearly changes a nomenclature follows: CN, NCM or, at six digits, HS; none where restated."""
    if nomenclature.endswith(RESTATED):
        return ""
    letters = _LETTERS.match(nomenclature)
    name = letters[0] if letters else ""
    return CN if name in {CN, "TARIC"} else NCM if name == NCM else HS


@dataclass(frozen=True, slots=True)
class CodeBreaks:
    """When codes changed their meaning; `identity` tells one table from another."""

    identity: str = ""
    packed: Mapping[str, Ints] = field(default_factory=dict)  # family -> sorted (code, month)

    @staticmethod
    def of(identity: str, changes: Iterable[tuple[str, int, str]]) -> "CodeBreaks":
        """The breaks of (family CN or HS, year, code) that changed with the edition of that year."""
        months: dict[str, set[int]] = {CN: set(), HS: set(), NCM: set()}
        for family, year, code in changes:
            for one in (HS, NCM) if family == HS else (CN,):
                month = year * MONTHS_A_YEAR + _LATER.get((one, year), 0)
                months[one].add((product_number(code) << _MONTH_BITS) | month)
        return CodeBreaks(identity, {one: np.array(sorted(held), np.int64) for one, held in months.items()})

    def of_rows(self, nomenclatures: Sequence[str], feed: Ints, products: Ints, month: int) -> Ints:
        """[n] as `since`, of rows that each follow the nomenclature of their feed."""
        found = np.zeros(len(products), np.int64)
        for number in np.unique(feed).tolist() if self.packed else ():
            rows = feed == number
            found[rows] = self.since(nomenclatures[number], products[rows], month)
        return found

    def since(self, nomenclature: str, products: Ints, month: int) -> Ints:
        """[n] the month since which each code means what it means in `month`; 0 where it always did."""
        family = family_of(nomenclature)
        found = np.zeros(len(products), np.int64)
        if not family:
            return found
        length = products // _DIGITS_BASE
        coarse = HS if family == CN else family
        for table, digits, rows in (
            (CN, CN_DIGITS, (length >= CN_DIGITS) & (family == CN)),
            (coarse, HS_DIGITS, (length >= HS_DIGITS) & ((family != CN) | (length < CN_DIGITS))),
        ):
            if rows.any():
                found[rows] = _latest(self.packed.get(table, _EMPTY), _cut(products[rows], digits), month)
        return found


NO_BREAKS: Final = CodeBreaks()


def _cut(products: Ints, digits: int) -> Ints:
    """Product numbers of at least so many digits, cut to them."""
    length, code = np.divmod(products, _DIGITS_BASE)
    cut: Ints = digits * _DIGITS_BASE + code // 10 ** (length - digits)
    return cut


def _latest(packed: Ints, products: Ints, month: int) -> Ints:
    """[n] the latest break of each product up to a month, 0 without one."""
    if not len(packed):
        return np.zeros(len(products), np.int64)
    place = np.searchsorted(packed, (products << _MONTH_BITS) | month, side="right") - 1
    held = packed[np.maximum(place, 0)]
    there = (place >= 0) & (held >> _MONTH_BITS == products)
    latest: Ints = np.where(there, held & ((1 << _MONTH_BITS) - 1), 0)
    return latest
