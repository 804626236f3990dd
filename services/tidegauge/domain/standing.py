"""Standing: whether an application is made by or on behalf of the domestic industry.

Figures are production in one unit. A test gives its outcome and the parts it compared, so that a page can
show both.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tidegauge.domain.evidence import Citation

ADA_54: Final = Citation(
    "ADA Art. 5.4; SCM Art. 11.4", "http://www.alca-ftaa.org/Wgroups/WGADCVD/english/030300.asp"
)
OF_THOSE_HEARD: Final = 0.50  # supporters must have more than this part of those who took a side
OF_ALL: Final = 0.25  # and at least this part of all production


class Standing(StrEnum):
    """The outcome, and why."""

    MET = "standing_met"
    OPPOSED = "not_more_than_half_of_those_heard"
    TOO_FEW = "less_than_a_quarter_of_production"
    UNKNOWN = "production_unknown"


@dataclass(frozen=True, slots=True)
class StandingTest:
    """What was compared."""

    outcome: Standing
    of_those_heard: float | None  # supporters / (supporters + opponents); None: nobody took a side
    of_all: float | None  # supporters / total production; None: unknown


def standing(supporting: float, opposing: float, total: float | None) -> StandingTest:
    """The test of ADA 5.4: > 50 % of the production of those heard, and >= 25 % of all production.

    `supporting` and `opposing` are the production of producers who expressedly support or oppose, `total`
    all domestic production of the like product (None or 0: unknown). Source: ADA Art. 5.4.
    """
    heard = supporting + opposing
    of_those_heard = supporting / heard if heard > 0 else None
    of_all = supporting / total if total else None
    if of_all is None:
        outcome = Standing.UNKNOWN
    elif not 2 * supporting > heard:
        outcome = Standing.OPPOSED
    elif not 4 * supporting >= (total or 0.0):
        outcome = Standing.TOO_FEW
    else:
        outcome = Standing.MET
    return StandingTest(outcome, of_those_heard, of_all)
