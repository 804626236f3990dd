"""Normal value: which sales may found it, and which step of the ladder speaks first (ADA Art. 2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Codes, Floats
from tidegauge.domain.evidence import Citation

SUFFICIENT_HOME_SALES: Final = 0.05  # of the sales to the importing Member
BELOW_COST_SHARE: Final = 0.20  # of the volume: "substantial quantities"
SUFFICIENCY: Final = Citation("ADA Art. 2.2, footnote 2", verified=False)
BELOW_COST: Final = Citation("ADA Art. 2.2.1, footnotes 4 and 5", verified=False)


class Step(IntEnum):
    """The ladder, in order; the first that is available speaks and is named."""

    HOME_MARKET = 0
    THIRD_COUNTRY = 1
    CONSTRUCTED = 2
    SURROGATE = 3  # another country's price: only where the operator names the legal basis


NO_STEP: Final = 255


class CostTest(StrEnum):
    """What became of home sales below cost."""

    ALL_KEPT = "sales_below_cost_not_substantial"
    DISREGARDED = "sales_below_cost_disregarded"
    NONE_LEFT = "no_sales_in_the_ordinary_course"


@dataclass(frozen=True, slots=True)
class OrdinaryCourse:
    """Home sales that count as made in the ordinary course of trade, and why."""

    kept: Bools  # [n]
    outcome: CostTest


def ordinary_course(price: Floats, quantity: Floats, unit_cost: Floats) -> OrdinaryCourse:
    """Home sales [n] of a period of normally a year (never under six months) after the test of cost.

    Sales below cost may be disregarded where they are substantial: the weighted average price lies below the
    weighted average cost, or 20 % of the volume and more is below cost. Of them, those at or above the
    weighted average cost of the period recover their costs and stay (Art. 2.2.1).
    """
    below = price < unit_cost
    everything = float(quantity.sum())
    if everything <= 0.0:
        return OrdinaryCourse(np.zeros(len(price), np.bool_), CostTest.NONE_LEFT)
    average_cost = float(np.sum(unit_cost * quantity)) / everything
    under_average = float(np.sum(price * quantity)) < average_cost * everything
    substantial = float(quantity[below].sum()) >= BELOW_COST_SHARE * everything
    if not (under_average or substantial):
        return OrdinaryCourse(np.ones(len(price), np.bool_), CostTest.ALL_KEPT)
    kept = ~below | (price >= average_cost)
    return OrdinaryCourse(kept, CostTest.DISREGARDED if kept.any() else CostTest.NONE_LEFT)


def sufficient(home_quantity: Floats, export_quantity: Floats) -> Bools:
    """[n] whether home sales are representative: at least 5 % of the sales to the importing Member."""
    enough: Bools = home_quantity >= SUFFICIENT_HOME_SALES * export_quantity
    return enough & (home_quantity > 0.0)


def constructed(cost: Floats, selling_and_administration: Floats, profit: Floats) -> Floats:
    """[n] cost of production plus reasonable selling, general and administrative costs, plus profit."""
    return cost + selling_and_administration + profit


def first_available(candidates: Mapping[Step, Floats]) -> tuple[Floats, Codes]:
    """The first known candidate of the ladder in each row: (normal value [n], Step [n], NO_STEP for none)."""
    columns = [candidates[step] for step in sorted(candidates)]
    value = np.full(columns[0].shape, np.nan)
    which = np.full(columns[0].shape, NO_STEP, np.uint8)
    for step, column in zip(sorted(candidates), columns, strict=True):
        taken = np.isnan(value) & (column > 0.0)
        value[taken], which[taken] = column[taken], step
    return value, which


def ex_factory(price: Floats, allowances: Mapping[str, Floats]) -> Floats:
    """[n] a price less stated allowances per unit (freight, insurance, credit, packing ...), Art. 2.4.

    What is not known is NaN and makes the result NaN: an allowance is stated or left out, never guessed.
    """
    taken_off = [allowances[name] for name in sorted(allowances)]
    return price - np.sum(taken_off, axis=0) if taken_off else price.copy()
