"""Price effects of imports on domestic prices (ADA Art. 3.2, SCM Art. 15.2, Safeguards Art. 4)."""

import numpy as np

from tidegauge.domain.arrays import Floats


def landed_cost(price: Floats, freight: Floats, duty_rate: Floats) -> Floats:
    """[n] an import price brought to the domestic market: with freight, then duty on both (a c.i.f. value).

    `freight` per unit and `duty_rate` as a fraction; pass 0 for what is excluded, and say so.
    """
    return (price + freight) * (1.0 + duty_rate)


def undercutting(domestic_price: Floats, landed: Floats) -> Floats:
    """[n] part of the domestic price by which imports lie below it; negative where they lie above."""
    known = domestic_price > 0.0
    return np.where(known, 1.0 - landed / np.where(known, domestic_price, 1.0), np.nan)


def suppression(cost_change: Floats, price_change: Floats) -> Floats:
    """[n] part of a rise of costs, in points of the old price, that domestic prices did not follow.

    Both are fractions; 0 where costs did not rise (prices kept down are then depression or nothing).
    """
    return np.where(cost_change > 0.0, np.maximum(cost_change - price_change, 0.0), 0.0) + 0.0 * price_change
