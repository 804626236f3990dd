"""To whom a safeguard may not apply (Agreement on Safeguards, Art. 9.1), with its exact signs.

It limits a measure; it is never subtracted from the increase that is measured.
"""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation

SINGLE: Final = 0.03  # "does not exceed 3 per cent"
TOGETHER: Final = 0.09  # "collectively account for not more than 9 per cent"
_ROUNDING = 1e-9  # of shares: 3 of 100 is 3 %, whatever the last bit says
SG_91: Final = Citation(
    "Agreement on Safeguards Art. 9.1",
    "https://droit-bilingue.ch/fr-de/0.6/0.63/0.632.20-lvlu25-lvlu1-9-196.html",
)


def excluded(share: Floats, developing: Bools, product: Ints) -> Bools:
    """[n] whether a measure may not apply to an origin: a developing Member with share <= 3 %.

    That holds only while the developing Members with less than 3 % each account together for <= 9 %.
    """
    small = developing & (share <= SINGLE + _ROUNDING)
    return small & (small_together(share, developing, product) <= TOGETHER + _ROUNDING)


def small_together(share: Floats, developing: Bools, product: Ints) -> Floats:
    """[n] the share that the developing Members with less than 3 % each have together, of a row's product."""
    _, which = np.unique(product, return_inverse=True)
    counted = np.where(developing & (share < SINGLE - _ROUNDING), share, 0.0)
    sums: Floats = np.bincount(which, weights=counted).astype(np.float64)[which]
    return sums
