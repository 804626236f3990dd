"""Views over the weeks of declarations: a steady trade from two origins, with a surge of one."""

import numpy as np
from tests.unit.domain.rules.declared import each_week, lines, panel_of

from tidegauge.domain.books import Books
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import month_number, week_of
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset

EURO = Feed("BR", "declarations", "EUR", "CIF", "NCM")
FIRST, LAST = "2022-01", "2024-06"
KG = 20_000.0  # a week, at EUR 2: EUR 2.08 m in 52 weeks


def steady(last=LAST, first=FIRST, kg=KG):
    """Every Wednesday the same from China and from Korea."""
    return [row for origin in ("CN", "KR") for row in each_week(first, last, 2.0, kg=kg, origin=origin)]


def surge(day, *, times=6.0, price=0.8, origin="CN", kg=KG):
    """What comes on a Wednesday beside the usual: `times` as much in all, at `price` times the price."""
    value = 2.0 * kg * (times * price - 1.0)
    extra = kg * (times - 1.0)
    return lines(day, value / extra, kg=extra, origin=origin) if extra else []


def weeks_of(*rows, closed, month="2024-06", unit=Unit.SERIES, feed=EURO, since=None):
    """The view of all subjects behind some lines; `closed`: a day of the newest complete week."""
    panel = panel_of(*rows, feed=feed)
    for state in panel.feeds:
        state.close_weeks(int(week_of(closed)))
        state.first_month = month_number(since) if since else state.first_month
    groups = np.arange(panel.series.groups)
    selector = Selector(panel, Books(), Ruleset.default())
    return selector.view(unit, groups, month_number(month), RULES["early-surge-weekly"].view_columns)
