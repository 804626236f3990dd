"""A small import history with measures around it, read through a panel: for rules that look back to one."""

import numpy as np
from tests.contributions import BRAZIL, block, row
from tests.unit.domain.books.records import measure
from tests.unit.domain.rules.views import books_of

from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.scopes import ScopePanel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASONS
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset

MONTH = month_number("2020-12")
EVENT = "2020-04"  # so that eight months follow
PRODUCT = "72171010"
EURO = ("fx", {"currency": "USD", "base": "EUR", "period": "2020-12", "rate": 1.25, "source": "ecb"})


def elsewhere(when=f"{EVENT}-10", **changes):
    return "measure", measure(initiated=when, definitive=None, stage="initiated") | changes


def here(when=f"{EVENT}-10", **changes):
    return elsewhere(when, **{"authority": "BR"} | changes)


def flat(kg=1e6, price=2.0):
    return lambda _month: (kg, price)


def turning(kg, price=2.0, *, after=EVENT, to_price=None):
    """1,000 t a month at two dollars, after a month `kg` at a price; (before, after) sets both."""
    before, later = kg if isinstance(kg, tuple) else (1e6, kg)
    since = month_number(after)
    return lambda month: (later, to_price or price) if month > since else (before, price)


def world(flows, *records, unit=Unit.SERIES, months=72, columns=24):
    """A view of flows {(product, origin): month -> (kg, price)} over years up to December 2020."""
    panel, rows = Panel(), []
    for (product, origin), flow in flows.items():
        for month in range(MONTH - months + 1, MONTH + 1):
            kg, price = flow(month)
            if kg:
                rows.append(row(len(rows), product=product, origin=origin, month=month_text(month), kg=kg,
                                value=kg * price))  # fmt: skip
    panel.apply(block(rows, feeds=(BRAZIL,)))
    panel.feeds[0].closed_to = MONTH
    books, rules = books_of(EURO, *records), Ruleset.default()
    ground = panel
    if unit.of_scopes:
        ground = ScopePanel(panel)
        ground.refresh(books.scopes, rules)
    return Selector(ground, books, rules).view(unit, np.arange(ground.series.groups), MONTH, columns)


def said(rule, view, origin="CN", **parameters):
    """(reason, figures) of a rule about one origin, "" for all."""
    settings = RULES[rule].defaults() | parameters
    signals = RULES[rule].evaluate(view, settings)
    assert (RULES[rule].may_fire(view, settings) | ~signals.fired).all()
    (place,) = np.flatnonzero(view.origin == (country_number(origin) if origin else 0)).tolist()
    assert signals.fired.tolist() == [str(REASONS[code]) == "met" for code in signals.reason]
    figures = {name: float(column[place]) for name, column in signals.figures.items()}
    figures["severity"] = int(signals.severity[place])
    figures["notes"] = {str(reason) for reason, rows in signals.notes.items() if rows[place]}
    return str(REASONS[signals.reason[place]]), figures
