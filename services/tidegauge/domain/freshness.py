"""How old the newest figure of a feed is, and whether that is older than it should be."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tidegauge.domain.periods import first_day, month_number
from tidegauge.domain.records import RecordKind

# Days since the end of the newest month, or the newest day, that are no cause to wonder. Operator's choice:
# official monthly statistics come six to eight weeks after their month, rates and prices within days.
EXPECTED_DAYS: Final[Mapping[RecordKind, int]] = MappingProxyType(
    {
        RecordKind.DECLARATION: 4,
        RecordKind.FLOW: 95,
        RecordKind.PRICE: 65,
        RecordKind.FX: 40,
        RecordKind.INDUSTRY: 125,
        RecordKind.MEASURE: 95,
    }
)
_MONTH_LENGTH: Final = len("2024-01")


class Freshness(StrEnum):
    """What the age of a feed means."""

    FRESH = "fresh"
    LATE = "late"  # older than expected
    UNDATED = "undated"  # no cadence is expected of it, or nothing in it has a date


def age_days(last: str, today: date) -> int | None:
    """Days from the end of a month (`YYYY-MM`) or from a day (`YYYY-MM-DD`) to today; None for neither."""
    if not last:
        return None
    if len(last) == _MONTH_LENGTH:
        return (today - (first_day(month_number(last) + 1) - timedelta(days=1))).days
    return (today - date.fromisoformat(last)).days


def freshness(age: int | None, expected: int | None) -> Freshness:
    """The verdict on an age in days."""
    if age is None or expected is None:
        return Freshness.UNDATED
    return Freshness.LATE if age > expected else Freshness.FRESH
