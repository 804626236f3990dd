"""What is known of whole months of each feed: whether anything came, and when its newest vintage came out."""

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.periods import month_number

_MONTH_DIGITS = len("YYYY-MM")


def vintages(panel: Ground, months: Ints) -> tuple[Bools, Floats]:
    """[feeds, T] whether a feed holds records of a month, and when their newest vintage came out (or NaN)."""
    found = [
        [panel.vintages.get((feed, month)) for month in months.tolist()] for feed in range(len(panel.feeds))
    ]
    shape = (len(found), len(months))
    reported = np.array([one is not None for row in found for one in row], dtype=np.bool_)
    out = [float(month_number(one[:_MONTH_DIGITS])) if one else np.nan for row in found for one in row]
    return reported.reshape(shape), np.array(out, dtype=np.float64).reshape(shape)
