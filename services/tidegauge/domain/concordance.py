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
Relation = tuple[str, int, str, str]  # family, year, code before, code after ("" where none is named)
_SHARED = "-shared"  # codes of an edition whose later figures are shares of several, or go elsewhere
_JOINT = ":"
_HS_EDITION = re.compile(r"HS[0-9]{4}")
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


def restated_name(nomenclature: str, edition: str) -> str:
    """The name of a nomenclature whose figures are restated in an edition, such as `NCM:HS2012-restated`."""
    return f"{nomenclature}{_JOINT}{edition}{RESTATED}"


def edition_of(nomenclature: str) -> tuple[str, str]:
    """(nomenclature as published, edition) of one that was restated here; both empty for others."""
    published, joint, edition = nomenclature.removesuffix(RESTATED).partition(_JOINT)
    return (published, edition) if joint and nomenclature.endswith(RESTATED) else ("", "")


def hs_year(edition: str) -> int:
    """The year of an edition of the HS; raises ValueError for anything else."""
    if _HS_EDITION.fullmatch(edition) is None:
        raise ValueError(f"'{edition}' is no edition of the Harmonized System, such as HS2012 or HS2017")
    return int(edition[len(HS) :])


def in_force(family: str, year: int) -> int:
    """The month from which a family follows the edition of a year."""
    return year * MONTHS_A_YEAR + _LATER.get((family, year), 0)


@dataclass(frozen=True, slots=True)
class CodeBreaks:
    """When codes changed their meaning; `identity` tells one table from another."""

    identity: str = ""
    packed: Mapping[str, Ints] = field(default_factory=dict)  # family -> sorted (code, month)

    @staticmethod
    def of(identity: str, relations: Iterable[Relation]) -> "CodeBreaks":
        """The breaks of codes that share goods with other codes of the edition before or after."""
        months: dict[str, set[int]] = {table: set() for table in (CN, HS, NCM, HS + _SHARED, NCM + _SHARED)}
        behind: dict[tuple[int, str], list[str]] = {}
        for family, year, before, after in relations:
            tables = (HS, NCM) if family == HS else (CN,)
            for table in tables:
                when = in_force(table, year)
                months[table] |= {_packed(code, when) for code in (before, after) if code}
            if family == HS:
                behind.setdefault((year, after), []).append(before)
        for (year, after), befores in behind.items():
            if not after or len(befores) > 1:
                for table in (HS, NCM):
                    months[table + _SHARED] |= {_packed(code, in_force(table, year)) for code in befores}
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
        published, edition = edition_of(nomenclature)
        if edition:
            return self._since_restated(family_of(published), edition, products, month)
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
                found[rows] = _latest(self.packed.get(table, _EMPTY), cut(products[rows], digits), month)
        return found

    def _since_restated(self, family: str, edition: str, products: Ints, month: int) -> Ints:
        """Breaks up to the edition; after it those of codes whose later figures are a share, or unknown."""
        coarse = HS if family == CN else family
        first = in_force(coarse, hs_year(edition))
        before = _latest(self.packed.get(coarse, _EMPTY), products, min(month, first))
        after = _latest(self.packed.get(coarse + _SHARED, _EMPTY), products, month)
        since: Ints = np.where(after > first, after, before)
        return since


NO_BREAKS: Final = CodeBreaks()


def _packed(code: str, month: int) -> int:
    return (product_number(code) << _MONTH_BITS) | month


def cut(products: Ints, digits: int) -> Ints:
    """Product numbers of at least so many digits, cut to them."""
    length, code = np.divmod(products, _DIGITS_BASE)
    shorter: Ints = digits * _DIGITS_BASE + code // 10 ** (length - digits)
    return shorter


def _latest(packed: Ints, products: Ints, month: int) -> Ints:
    """[n] the latest break of each product up to a month, 0 without one."""
    if not len(packed):
        return np.zeros(len(products), np.int64)
    place = np.searchsorted(packed, (products << _MONTH_BITS) | month, side="right") - 1
    held = packed[np.maximum(place, 0)]
    there = (place >= 0) & (held >> _MONTH_BITS == products)
    latest: Ints = np.where(there, held & ((1 << _MONTH_BITS) - 1), 0)
    return latest
