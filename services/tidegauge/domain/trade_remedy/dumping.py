"""Dumping margins by the three methods of ADA Art. 2.4.2, without zeroing.

Prices are per unit and at the same level, normally ex-factory (Art. 2.4). A negative comparison counts as it
is: what is sold above normal value offsets what is sold below it. Zeroing and the combination of methods are
contested between panel reports (US - Washing Machines, DS464; US - Differential Pricing, DS534).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints

UNMATCHED: Final = -1  # an export transaction without a comparable home transaction


@dataclass(frozen=True, slots=True)
class Sales:
    """Transactions of one side of a comparison, as columns."""

    price: Floats  # [n] per unit
    quantity: Floats  # [n] units, positive
    model: Ints  # [n] which like model, from 0: only like is compared with like


@dataclass(frozen=True, slots=True)
class Margin:
    """Dumping in money and the export value it is measured against."""

    amount: float  # the sum over comparisons, negative ones included
    export_value: float  # of all export sales; NaN where something could not be compared

    @property
    def rate(self) -> float:
        """As a fraction of the export price; NaN where it cannot be computed."""
        return self.amount / self.export_value if self.export_value > 0.0 else np.nan


def weighted_average(sales: Sales, models: int) -> Floats:
    """[models] quantity-weighted average price; NaN for a model without sales."""
    value = np.bincount(sales.model, sales.price * sales.quantity, models)
    quantity = np.bincount(sales.model, sales.quantity, models)
    return np.where(quantity > 0.0, value / np.where(quantity > 0.0, quantity, 1.0), np.nan)


def weighted_to_weighted(home: Sales, export: Sales) -> Margin:
    """W-W: weighted average normal value against weighted average export price, summed over the models."""
    models = _models(home, export)
    quantity = np.bincount(export.model, export.quantity, models)
    gap = weighted_average(home, models) - weighted_average(export, models)
    return Margin(float(np.sum((gap * quantity)[quantity > 0.0])), _value(export))


def transaction_to_transaction(home: Sales, export: Sales, match: Ints) -> Margin:
    """T-T: each export sale against the home sale `match` [exports] (a row of home), chosen near it in time.

    An export sale that is UNMATCHED makes the margin NaN: it is not computable, never left out.
    """
    if (match == UNMATCHED).any():
        return Margin(np.nan, np.nan)
    return Margin(float(np.sum((home.price[match] - export.price) * export.quantity)), _value(export))


def weighted_to_transaction(home: Sales, export: Sales, pattern: Bools) -> Margin:
    """W-T: weighted average normal value against each export sale of the pattern [exports] alone.

    The pattern is one of prices that differ significantly by purchaser, region or time (Art. 2.4.2, second
    sentence). No zeroing within it; the denominator is the value of all export sales.
    """
    normal = weighted_average(home, _models(home, export))[export.model]
    gap = (normal - export.price) * export.quantity
    return Margin(float(np.sum(gap[pattern])), _value(export))


def _value(sales: Sales) -> float:
    return float(np.sum(sales.price * sales.quantity))


def _models(home: Sales, export: Sales) -> int:
    return int(max(home.model.max(initial=-1), export.model.max(initial=-1))) + 1
