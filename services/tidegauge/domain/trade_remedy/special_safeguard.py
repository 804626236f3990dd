"""The price-based special safeguard of the Agreement on Agriculture, Art. 5.5: bands and additional duty."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Citation

# (part of the trigger price by which the price lies below it, share of what lies beyond that is charged)
BANDS: Final = ((0.10, 0.30), (0.40, 0.50), (0.60, 0.70), (0.75, 0.90))
AOA_55: Final = Citation(
    "Agreement on Agriculture Art. 5.5", "http://www.china-customs.com/customs/data/4939.htm"
)


def price_shortfall(trigger_price: Floats, price: Floats) -> Floats:
    """[n] (TP - P) / TP, the part by which a c.i.f. price lies below the trigger price; 0 at or above it."""
    return np.maximum(trigger_price - price, 0.0) / trigger_price


def additional_duty(trigger_price: Floats, price: Floats) -> Floats:
    """[n] additional duty per unit, in the unit of the prices.

    Nothing up to 10 % below the trigger price; 30 % of the part between 10 and 40 %, 50 % between 40 and
    60 %, 70 % between 60 and 75 %, 90 % beyond: at most 52 % of the trigger price.
    """
    below = price_shortfall(trigger_price, price)
    edges = [start for start, _ in BANDS[1:]] + [np.inf]
    duty = np.zeros_like(below)
    for (start, share), end in zip(BANDS, edges, strict=True):
        duty += share * (np.clip(below, start, end) - start)
    return duty * trigger_price


def charged(duty: Floats, quota: Bools, volume_trigger: Bools) -> Floats:
    """[n] the duty that may be charged: never on quota imports, nor while the volume trigger is in force.

    Art. 5.1 allows the one trigger or the other, not both at once; imports within an access commitment pay
    nothing, but count for the volume (Art. 5.2).
    """
    return np.where(quota | volume_trigger, 0.0, duty)
