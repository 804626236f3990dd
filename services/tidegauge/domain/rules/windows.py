"""Windows of months: their sums, unit values and growth over many series at once, and their wording."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR, WEEKS_A_YEAR, january, month_text, week_text
from tidegauge.domain.rules.base import Window

Months = tuple[int, int]  # first and last month, inclusive

_FIVE_YEARS = 60
# windows that end at m or before it: how many months they have, and how many earlier they end
_TRAILING = {
    Window.L12: (MONTHS_A_YEAR, 0),
    Window.L12_CHANGE: (MONTHS_A_YEAR, 0),
    Window.P12: (MONTHS_A_YEAR, MONTHS_A_YEAR),
    Window.MONTH: (1, 0),
    Window.QUARTER: (3, 0),
    Window.QUARTER_CHANGE: (3, 0),
    Window.QUARTER_ON_YEAR: (3, 0),
    Window.RECENT_CHANGE: (6, 0),
    Window.THREE_YEARS: (36, 0),
    Window.FIVE_YEARS: (_FIVE_YEARS, 0),
    Window.FIVE_YEAR_CHANGE: (MONTHS_A_YEAR, 0),
    # of weeks: `month` is then the number of a week
    Window.WEEK: (1, 0),
    Window.EIGHT_WEEKS: (8, 0),
    Window.EIGHT_WEEKS_ON_YEAR: (8, 0),
    Window.WEEKS_OF_A_YEAR: (WEEKS_A_YEAR, 0),
}
WEEKLY = frozenset({Window.WEEK, Window.EIGHT_WEEKS, Window.EIGHT_WEEKS_ON_YEAR, Window.WEEKS_OF_A_YEAR})
# windows that are held against earlier months, and by how many those are earlier
_CHANGES = {
    Window.YTD_CHANGE: MONTHS_A_YEAR,
    Window.L12_CHANGE: MONTHS_A_YEAR,
    Window.RECENT_CHANGE: MONTHS_A_YEAR,
    Window.QUARTER_CHANGE: MONTHS_A_YEAR,
    Window.FIVE_YEAR_CHANGE: _FIVE_YEARS - MONTHS_A_YEAR,
}
# windows that are held against all that lies before them, and over how many months (weeks)
_ON_THE_YEAR = {Window.QUARTER_ON_YEAR: MONTHS_A_YEAR, Window.EIGHT_WEEKS_ON_YEAR: WEEKS_A_YEAR}


def months_of(window: Window, month: int) -> Months:
    """The months that a window speaks of when `month` is under evaluation; for a change, the later ones."""
    if window in _TRAILING:
        length, before = _TRAILING[window]
        return month - before - length + 1, month - before
    years_before = 2 if window is Window.CALENDAR_SHIFT else 0
    return january(month) - years_before * MONTHS_A_YEAR, month


def year_before(months: Months) -> Months:
    """The same window one year earlier."""
    return earlier(months, MONTHS_A_YEAR)


def earlier(months: Months, by: int) -> Months:
    """The same window so many months earlier."""
    return months[0] - by, months[1] - by


def base_of(window: Window, month: int) -> Months:
    """The months that the later ones of a change are held against."""
    now = months_of(window, month)
    if window in _ON_THE_YEAR:
        return now[0] - _ON_THE_YEAR[window], now[0] - 1
    return earlier(now, _CHANGES[window])


@lru_cache(maxsize=4096)
def window_text(window: Window, month: int) -> str:
    """E.g. `2020-01..2020-06 against 2019-01..2019-06`; one month stands alone.

    Of a window of weeks `month` is a week, and the text names ISO weeks.
    """
    now, text = months_of(window, month), week_text if window in WEEKLY else month_text
    if window in _CHANGES or window in _ON_THE_YEAR:
        return f"{_text(now, text)} against {_text(base_of(window, month), text)}"
    return _text(now, text)


def _text(months: Months, text: Callable[[int], str]) -> str:
    first, last = months
    return text(first) if first == last else f"{text(first)}..{text(last)}"


def in_view(view: PanelView, first: int) -> Bools:
    """[n] whether the view and the row's span hold every month from `first` to the one under evaluation."""
    held = len(view.months) > 0 and first >= int(view.months[0])
    covered: Bools = view.covers(first) & held
    return covered


def holds(view: Glance, months: Months) -> bool:
    """Whether the columns of a view hold every month of a window."""
    return len(view.months) > 0 and months[0] >= int(view.months[0]) and months[1] <= int(view.months[-1])


def total(view: Glance, figures: Floats, months: Months) -> Floats:
    """[n] sum of figures [n, T] over a window; NaN where a month is unknown or outside the view."""
    if not holds(view, months):
        return np.full(len(view), np.nan)
    if type(view) is not Glance:
        return _summed(view, figures, months)
    key = (id(figures), months)  # every gate asks for the same few
    if key not in view.sums:
        view.sums[key] = figures, _summed(view, figures, months)
    return view.sums[key][1]


def _summed(view: Glance, figures: Floats, months: Months) -> Floats:
    summed: Floats = np.add.reduce(figures[:, view.columns(*months)], axis=1)
    return summed


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """[n] element-wise quotient; NaN where the denominator is not positive or anything is unknown."""
    usable = denominator > 0.0
    return np.where(usable, numerator / np.where(usable, denominator, 1.0), np.nan)


def growth(now: Floats, base: Floats) -> Floats:
    """[n] now / base - 1; NaN (undefined, "new") over a zero base."""
    return ratio(now, base) - 1.0


def unit_value(view: PanelView, months: Months) -> Floats:
    """[n] customs unit value per kg over cells that have both value and quantity; NaN without any."""
    value = total(view, view.paired_value, months)
    return ratio(value, total(view, view.paired_quantity, months))


def mean(view: Glance, figures: Floats, months: Months) -> Floats:
    """[n] simple mean of the months of a window; NaN if any is unknown."""
    return total(view, figures, months) / (months[1] - months[0] + 1)
