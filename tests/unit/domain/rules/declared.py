"""Views over single lines of declarations: lines in, a view of their series out, through a real panel."""

from datetime import date, timedelta

import numpy as np
from tests.contributions import block, row

from tidegauge.domain.books import Books
from tidegauge.domain.panel.line_figures import Lines
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import month_number, month_of, week_of
from tidegauge.domain.ruleset import Ruleset

DECLARED = Feed("BR", "declarations", "USD", "CIF", "NCM")


def lines(day, *prices, kg=100.0, **fields):
    """Lines of one day (YYYY-MM-DD), one a price per kg of net mass."""
    when = date.fromisoformat(day)
    where = {"month": int(month_of(when)), "week": int(week_of(when))}
    return [{**where, "kg": kg, "value": price * kg, **fields} for price in prices]


def each_week(first, last, *prices, **fields):
    """The same lines on every Wednesday from one month to another (YYYY-MM), inclusive."""
    day, found = date.fromisoformat(f"{first}-01"), []
    while month_of(day) <= month_number(last):
        if day.weekday() == 2:
            found += lines(day.isoformat(), *prices, **fields)
        day += timedelta(days=1)
    return found


def panel_of(*rows, feed=DECLARED):
    """A panel that took the lines; what went into it can be taken back with sign=-1."""
    panel = Panel()
    panel.apply(block([row(offset, **one) for offset, one in enumerate(rows)], feeds=(feed,)))
    return panel


def lines_of(rows):
    """The lines behind so many series: a usual year to 2024-06, a week of low prices in it, or one line."""
    usual, low = (
        each_week("2023-07", "2024-06", 1.8, 1.9, 2.0, 2.1, 2.2, melt="CN"),
        lines("2024-06-12", *[0.5] * 40, melt="RU"),
    )
    every = [
        {**one, "product": f"{10000000 + place}"}
        for place in range(rows)
        for one in (usual[-1:], usual, usual + low)[place % 3]
    ]
    return Lines(panel_of(*every), np.arange(rows))


def declared(*rows, month="2024-06", feed=DECLARED, books=None, columns=24):
    """The view of all series behind some lines, in the order of products and origins."""
    panel = panel_of(*rows, feed=feed)
    for state in panel.feeds:
        state.closed_to, state.first_month = month_number(month), month_number("2010-01")
    order = np.argsort(panel.series.group_product.data[: panel.series.groups], kind="stable")
    selector = Selector(panel, books or Books(), Ruleset.default())
    return selector.view(Unit.SERIES, order, month_number(month), columns)
