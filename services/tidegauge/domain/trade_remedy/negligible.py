"""De minimis margins and negligible volumes, with their exact signs (ADA 5.8, SCM 11.9 and 27.10)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation

DUMPING_DE_MINIMIS: Final = 0.02  # of the export price; less is de minimis
SUBSIDY_DE_MINIMIS: Final = 0.01  # ad valorem; less is de minimis
DEVELOPING_DE_MINIMIS: Final = 0.02  # at most so much is de minimis for a developing Member

ADA_58: Final = Citation("ADA Art. 5.8", "http://www.ftaa-alca.org/Wgroups/WGADCVD/english/031301.asp")
SCM_119: Final = Citation(
    "SCM Agreement Art. 11.9", "http://www.alca-ftaa.org/Wgroups/WGADCVD/english/031302up.asp"
)
SCM_2710: Final = Citation(
    "SCM Agreement Art. 27.10", "http://www.alca-ftaa.org/Wgroups/WGADCVD/english/031302up.asp"
)


@dataclass(frozen=True, slots=True)
class VolumeTest:
    """A share below which a country's volume is negligible, unless such countries exceed a share together."""

    single: float  # less than this share of the imports of the like product
    together: float  # more than this share, of the countries that are each below `single`


ADA_VOLUME: Final = VolumeTest(0.03, 0.07)
SCM_DEVELOPING_VOLUME: Final = VolumeTest(0.04, 0.09)


def dumping_de_minimis(margin: Floats) -> Bools:
    """[n] margin < 2 % of the export price (ADA 5.8); False where the margin is not known."""
    little: Bools = margin < DUMPING_DE_MINIMIS
    return little


def subsidy_de_minimis(rate: Floats, developing: Bools) -> Bools:
    """[n] rate < 1 % ad valorem (SCM 11.9), for a developing Member <= 2 % (SCM 27.10)."""
    little: Bools = np.where(developing, rate <= DEVELOPING_DE_MINIMIS, rate < SUBSIDY_DE_MINIMIS)
    return little


def negligible(share: Floats, examined: Bools, product: Ints, test: VolumeTest) -> Bools:
    """[n] whether each country's share of the imports of its like product is negligible.

    `share` [n] of all imports of the like product `product` [n]; `examined` are the countries under
    examination. A share below `test.single` is negligible, unless the examined countries with such shares
    account together for more than `test.together`.
    """
    small = share < test.single
    together = small_together(share, examined, product, test)
    return small & ~(together > test.together)


def small_together(share: Floats, examined: Bools, product: Ints, test: VolumeTest) -> Floats:
    """[n] the share that the examined countries below `test.single` have together, of each row's product."""
    _, which = np.unique(product, return_inverse=True)
    counted = np.where(examined & (share < test.single), share, 0.0)
    sums: Floats = np.bincount(which, weights=counted).astype(np.float64)[which]
    return sums
