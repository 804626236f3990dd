"""Known surges put into real series: more mass at a lower unit value, within a few months."""

from dataclasses import dataclass, replace

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.evaluate import take

MASS = (1.25, 2.0)  # times what came
PRICE = (0.75, 0.94)  # times the unit value
RAMP_MONTHS = (1, 6)


@dataclass(frozen=True, slots=True)
class Surges:
    """One surge a row, all beginning in one month."""

    onset: int
    mass: Floats  # [k] factor when the ramp is over
    price: Floats  # [k]
    ramp_months: Ints  # [k]

    def factors(self, months: Ints) -> tuple[Floats, Floats]:
        """Factors [k, T] of mass and unit value; 1 before the onset."""
        done = np.clip((months[None, :] - self.onset + 1) / self.ramp_months[:, None], 0.0, 1.0)
        return 1.0 + (self.mass - 1.0)[:, None] * done, 1.0 + (self.price - 1.0)[:, None] * done


def draw(random: np.random.Generator, onset: int, count: int) -> Surges:
    """So many surges, evenly drawn."""
    low, high = RAMP_MONTHS
    return Surges(
        onset,
        random.uniform(*MASS, count),
        random.uniform(*PRICE, count),
        random.integers(low, high + 1, count),
    )


def injected(view: PanelView, rows: Ints, surges: Surges) -> PanelView:
    """The rows as they would be, each as if it alone had surged: totals follow, the other origins stay."""
    made = take(view, rows)
    mass, price = surges.factors(made.months)
    quantity, value = made.quantity * mass, made.value * mass * price
    return replace(
        made,
        quantity=quantity,
        value=value,
        paired_quantity=made.paired_quantity * mass,
        paired_value=made.paired_value * mass * price,
        total_quantity=made.total_quantity + (quantity - made.quantity),
        total_value=made.total_value + (value - made.value),
    )
