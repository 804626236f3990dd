"""Figures of later editions of the HS restated in an earlier one, so that its months mean the same.

Each edition is taken back to the one before it. A code that stands for one earlier code takes its name; one
that stands for several is shared out by weight, to the last gram: the parts always add up to the whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Floats, Ints
from tidegauge.domain.codes import product_number
from tidegauge.domain.concordance import HS, HS_DIGITS, Relation, cut, family_of, hs_year, in_force

_AMOUNTS: Final = ("mass_g", "quantity_milli", "value_e4")


@dataclass(frozen=True, slots=True)
class _Step:
    """From the edition of a year to the one before: each code's earlier codes, with running weights."""

    year: int
    codes: Ints  # [c] ascending
    starts: Ints  # [c] first place in `earlier`
    counts: Ints  # [c]
    earlier: Ints  # [e]
    above: Floats  # [e] weights of the earlier codes before this one
    upto: Floats  # [e] and with it; the last of a code is 1


@dataclass(frozen=True, slots=True)
class Restating:
    """The way back to one edition of the HS, at six digits."""

    steps: tuple[_Step, ...]  # newest first

    @staticmethod
    def to(edition: str, relations: Iterable[Relation]) -> "Restating":
        """The way to an edition, HS with its year."""
        oldest = hs_year(edition)
        known: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for one, when, before, after in relations:
            if one == HS and when > oldest and after:
                known[when][after].append(before)
        return Restating(tuple(_step(year, known[year]) for year in sorted(known, reverse=True)))

    def apply(self, columns: Mapping[str, AnyArray], rows: Bools, published: str) -> dict[str, AnyArray]:
        """Contributions with the chosen rows restated; the others as they are."""
        held = dict(columns)
        product = held["product"].astype(np.int64)
        rows = rows & (product // 10**10 >= HS_DIGITS)
        held["product"] = product.copy()
        held["product"][rows] = cut(product[rows], HS_DIGITS)
        for step in self.steps:
            first = in_force(family_of(published), step.year)
            held, rows = _stepped(held, rows & (held["month"] >= first), rows, step)
        return held


def _step(year: int, earlier: Mapping[str, list[str]]) -> _Step:
    """Equal weights: the official tables state none."""
    codes = sorted((product_number(code), sorted(set(befores))) for code, befores in earlier.items())
    counts = np.array([len(befores) for _, befores in codes], np.int64)
    place = np.concatenate([np.arange(count) for count in counts.tolist()])
    of = np.repeat(counts, counts)
    return _Step(
        year,
        np.array([code for code, _ in codes], np.int64),
        np.cumsum(counts) - counts,
        counts,
        np.array([product_number(one) for _, befores in codes for one in befores], np.int64),
        place / of,
        np.where(place + 1 == of, 1.0, (place + 1) / of),
    )


def _stepped(
    columns: dict[str, AnyArray], later: Bools, rows: Bools, step: _Step
) -> tuple[dict[str, AnyArray], Bools]:
    """The columns with `later` rows taken one edition back, and which rows are restated."""
    product = columns["product"]
    place = np.minimum(np.searchsorted(step.codes, product), len(step.codes) - 1)
    changed = later & (step.codes[place] == product)
    if not changed.any():
        return columns, rows
    counts = np.where(changed, step.counts[place], 1)
    source = np.repeat(np.arange(len(product)), counts)
    part = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
    held = {name: column[source] for name, column in columns.items()}
    moved = changed[source]
    target = np.where(moved, step.starts[place[source]] + part, 0)
    held["product"] = np.where(moved, step.earlier[target], held["product"])
    for name in _AMOUNTS:
        amount = held[name]
        share = _up_to(amount, step.upto[target]) - _up_to(amount, step.above[target])
        held[name] = np.where(moved, share, amount)
    return held, rows[source]


def _up_to(amounts: AnyArray, weight: Floats) -> AnyArray:
    """Whole parts of amounts up to a weight; all of them at 1."""
    return np.where(weight >= 1.0, amounts, np.rint(amounts * weight).astype(np.int64))
