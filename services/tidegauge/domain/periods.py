"""Months and ISO weeks as whole numbers, so that windows are subtraction."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NewType

import numpy as np
from numpy.typing import NDArray

Month = NewType("Month", int)  # year * 12 + (month - 1)
Week = NewType("Week", int)  # ISO weeks since the Monday 1969-12-29

_EPOCH = date(1970, 1, 1)
_FIRST_MONDAY = date(1969, 12, 29)
_MONDAY, _SUNDAY = -3, 3  # days of week 0, counted from 1970-01-01
_EPOCH_MONTH = 1970 * 12
MONTHS_A_YEAR = 12
WEEKS_A_YEAR = 52
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def month_number(text: str) -> Month:
    """The number of the month `YYYY-MM`; raises ValueError for anything else."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a month written YYYY-MM")
    return Month(int(match[1]) * MONTHS_A_YEAR + int(match[2]) - 1)


@lru_cache(maxsize=4096)
def month_text(month: int) -> str:
    """`YYYY-MM` of a month number."""
    return f"{month // MONTHS_A_YEAR:04d}-{month % MONTHS_A_YEAR + 1:02d}"


def january(month: int) -> Month:
    """The January of the year of `month`."""
    return Month(month - month % MONTHS_A_YEAR)


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return Month(day.year * MONTHS_A_YEAR + day.month - 1)


def first_day(month: int) -> date:
    """The first day of a month."""
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)


def days_between(first: int, last: int) -> int:
    """Days from the first day of month `first` to the last day of month `last`."""
    return (first_day(last + 1) - first_day(first)).days


def week_of(day: date) -> Week:
    """The ISO week that a day lies in."""
    return Week((day - _FIRST_MONDAY).days // 7)


def week_start(week: int) -> date:
    """The Monday of a week."""
    return _FIRST_MONDAY + timedelta(weeks=week)


def weeks_of(first: int, last: int) -> tuple[int, int]:
    """The first and the last week of a window of months; a week lies in the month of its Thursday."""
    start, end = (day_number(first_day(month)) for month in (first, last + 1))
    return -(-start // 7), (end - 1) // 7  # a Thursday is day 7 * week


def weeks_ending_in(month: int) -> tuple[int, int]:
    """The first and the last week whose Sunday lies in a month."""
    start, end = (day_number(first_day(one)) for one in (month, month + 1))
    return -(-(start - _SUNDAY) // 7), (end - 1 - _SUNDAY) // 7


def weeks_since(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """[n] the first weeks that lie wholly in months [n] or after them."""
    starts = (months - _EPOCH_MONTH).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    found: NDArray[np.int64] = -(-(starts - _MONDAY) // 7)
    return found


def months_ended_in(weeks: NDArray[np.int64]) -> NDArray[np.int64]:
    """[n] the months that the Sundays of weeks [n] lie in."""
    sundays = (7 * weeks + _SUNDAY).astype("datetime64[D]").astype("datetime64[M]")
    found: NDArray[np.int64] = sundays.astype(np.int64) + _EPOCH_MONTH
    return found


@lru_cache(maxsize=4096)
def week_text(week: int) -> str:
    """The ISO week, e.g. `2020-W53`."""
    year, number, _ = week_start(week).isocalendar()
    return f"{year:04d}-W{number:02d}"


def day_number(day: date) -> int:
    """Days from 1970-01-01 to a day."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The day so many days after 1970-01-01."""
    return _EPOCH + timedelta(days=number)


def closed_at(month: int) -> str:
    """The instant at which a month is over: RFC 3339 of the first day of the next."""
    return f"{first_day(month + 1).isoformat()}T00:00:00Z"
