"""Volume triggers: the formula of the Agreement on Agriculture, Art. 5.4, and plain parts of earlier years.

Market access opportunities are imports as a part of consumption over the three years before. The bands and
the floor are those of Japan's Temporary Tariff Measures Act, Art. 7-3(4) and (5), which states them in full.
"""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Citation

# (market access opportunities up to and including this part of consumption, base trigger level)
BANDS: Final = ((0.10, 1.25), (0.30, 1.10), (np.inf, 1.05))
FLOOR: Final = 1.05  # of average imports, whatever consumption did
UNKNOWN_CONSUMPTION: Final = 1.25  # of average imports
MOST_ADDITIONAL_DUTY: Final = 1.0 / 3.0  # of the ordinary customs duty, to the end of the year
AOA_54: Final = Citation(
    "Agreement on Agriculture Art. 5.4, as in Japan's Temporary Tariff Measures Act, Art. 7-3(4) and (5)",
    "https://www.sn-hoki.co.jp/data/pickup_hourei/onct/KANZEIZANTEI-HOU20220420-27.html",
)


def base_level(average_imports: Floats, average_consumption: Floats) -> Floats:
    """[n] 1.25, 1.10 or 1.05 by market access opportunities up to 10 %, up to 30 %, or more; NaN: unknown."""
    known = average_consumption > 0.0
    part = np.where(known, average_imports / np.where(known, average_consumption, 1.0), np.nan)
    level = np.full(part.shape, np.nan)
    for upper, factor in reversed(BANDS):
        level = np.where(part <= upper, factor, level)
    return level


def trigger_level(
    average_imports: Floats, average_consumption: Floats, last_consumption: Floats, consumption_before: Floats
) -> Floats:
    """[n] the volume that a year's imports must exceed, in the unit of the quantities.

    Base level times average imports of the three years before, plus the change of consumption in the most
    recent year against the one before; at least 105 % of average imports. Where consumption is not known,
    125 % of average imports.
    """
    level = base_level(average_imports, average_consumption)
    full = level * average_imports + (last_consumption - consumption_before)
    formula = np.maximum(full, FLOOR * average_imports)
    return np.where(np.isfinite(full), formula, UNKNOWN_CONSUMPTION * average_imports)


def exceeded(cumulative: Floats, level: Floats) -> Bools:
    """[n] cumulative imports of the trigger's own year > the level; False where either is not known."""
    over: Bools = cumulative > level
    return over
