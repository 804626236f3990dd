"""Published trigger levels: the trigger's own year, the forms of its level, and when a duty would begin.

Forms of `formula` that can be computed: `AoA 5.4` (volume_trigger), and `N % of the previous year to the end
of the quarter` or `N % of the mean of the three previous years to the end of the quarter` (Japan's Temporary
Tariff Measures Act, Art. 7-5 for beef with 117 and Art. 7-6 for pork with 119; in force until 2020-03-31).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegauge.domain.periods import MONTHS_A_YEAR, january, month_number

QUARTER: Final = 3
_MONTH_LENGTH: Final = len("YYYY-MM")
_YEARS = {"previous year": 1, "mean of the three previous years": 3}
_OF_EARLIER_YEARS = re.compile(
    rf"(\d+(?:\.\d+)?) ?% of the ({'|'.join(_YEARS)}) to the end of the quarter", re.IGNORECASE
)
_AGRICULTURE = re.compile(r"AoA (Art\. ?)?5\.4", re.IGNORECASE)
_PERIOD = re.compile(r"([0-9]{4}-[0-9]{2})\.\.([0-9]{4}-[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Quarterly:
    """A part of earlier years' imports up to the end of the quarter that holds the month."""

    factor: float
    years: int  # how many earlier years are averaged


def own_year(trigger: Mapping[str, Any], month: int) -> int:
    """The first month of the trigger's own year that holds `month`.

    That of a period written `YYYY-MM..YYYY-MM`, else the year that begins in the month of `valid_from`.
    """
    stated = _PERIOD.fullmatch(str(trigger.get("period") or ""))
    text = stated[1] if stated else str(trigger["valid_from"])[:_MONTH_LENGTH]
    start = int(month_number(text))
    return month - (month - start) % MONTHS_A_YEAR


def quarterly(formula: str) -> Quarterly | None:
    """The formula as a part of earlier years, if it is one."""
    found = _OF_EARLIER_YEARS.fullmatch(formula.strip())
    return None if found is None else Quarterly(float(found[1]) / 100.0, _YEARS[found[2].lower()])


def is_agriculture(formula: str) -> bool:
    """Whether the formula is that of the Agreement on Agriculture, Article 5.4."""
    return _AGRICULTURE.fullmatch(formula.strip()) is not None


def quarter_end(start: int, month: int) -> int:
    """The last month of the quarter, counted from the own year's start, that holds a month."""
    return month + QUARTER - 1 - (month - start) % QUARTER


def calendar_years(start: int, years: int = 3) -> list[tuple[int, int]]:
    """First and last months of the calendar years that ended before an own year, oldest first."""
    end = january(start)
    return [
        (end - back * MONTHS_A_YEAR, end - (back - 1) * MONTHS_A_YEAR - 1) for back in range(years, 0, -1)
    ]


def activation_month(start: int, exceeded: int, *, by_quarter: bool) -> int:
    """The month on whose first day Japan's additional duty begins, to the end of the own year.

    Art. 7-3: the second month after the month of exceedance. Art. 7-5 and 7-6 (`by_quarter`): the first month
    of the next quarter; the second month after, where the month is the last of its quarter.
    """
    last_of_quarter = quarter_end(start, exceeded)
    if by_quarter and exceeded != last_of_quarter:
        return last_of_quarter + 1
    return exceeded + 2
