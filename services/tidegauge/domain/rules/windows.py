"""Windows of months: their sums, unit values and growth over many series at once, and their wording."""

from functools import lru_cache

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR, january, month_text
from tidegauge.domain.rules.base import Window

Months = tuple[int, int]  # first and last month, inclusive

_CHANGES = {Window.YTD_CHANGE, Window.L12_CHANGE}


def months_of(window: Window, month: int) -> Months:
    """The months that a window speaks of when `month` is under evaluation; for a change, the later ones."""
    match window:
        case Window.YTD | Window.YTD_CHANGE:
            return january(month), month
        case Window.L12 | Window.L12_CHANGE:
            return month - MONTHS_A_YEAR + 1, month
        case Window.P12:
            return month - 2 * MONTHS_A_YEAR + 1, month - MONTHS_A_YEAR
        case Window.CALENDAR_SHIFT:
            return january(month) - 2 * MONTHS_A_YEAR, month
        case Window.MONTH:
            return month, month


def year_before(months: Months) -> Months:
    """The same window one year earlier."""
    return months[0] - MONTHS_A_YEAR, months[1] - MONTHS_A_YEAR


@lru_cache(maxsize=4096)
def window_text(window: Window, month: int) -> str:
    """E.g. `2020-01..2020-06 against 2019-01..2019-06`; one month stands alone."""
    now = months_of(window, month)
    if window in _CHANGES:
        return f"{_text(now)} against {_text(year_before(now))}"
    return _text(now)


def _text(months: Months) -> str:
    first, last = months
    return month_text(first) if first == last else f"{month_text(first)}..{month_text(last)}"


def in_view(view: PanelView, first: int) -> Bools:
    """[n] whether the view and the row's span hold every month from `first` to the one under evaluation."""
    held = len(view.months) > 0 and first >= int(view.months[0])
    covered: Bools = view.covers(first) & held
    return covered


def total(view: Glance, figures: Floats, months: Months) -> Floats:
    """[n] sum of figures [n, T] over a window; NaN where a month is unknown or outside the view."""
    if len(view.months) == 0 or months[0] < int(view.months[0]) or months[1] > int(view.months[-1]):
        return np.full(len(view), np.nan)
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


def mean(view: PanelView, figures: Floats, months: Months) -> Floats:
    """[n] simple mean of the months of a window; NaN if any is unknown."""
    return total(view, figures, months) / (months[1] - months[0] + 1)
