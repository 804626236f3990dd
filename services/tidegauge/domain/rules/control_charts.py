"""Control charts on the seasonal difference of log quantity: EWMA and CUSUM with a fixed phase I.

x = log Q(t) - log Q(t - 12) over the 60 months ending at m: 48 differences. The first 24 are phase I and give
mean and standard deviation; the last 24 are watched. This is the textbook form for reference: it fails on
growing series, and after a shift it stays on for as long as the shift lies in the watched months.

Source: Montgomery, Introduction to Statistical Quality Control: EWMA lambda 0.2, L 3; CUSUM k 0.5, h 5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Money, Parameter, Parameters, Reason, Signals, Window
from tidegauge.domain.rules.conditions import above, amount, at_least, both, convertible, decide, number
from tidegauge.domain.rules.price_evidence import price_evidence
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, total

MONTHS: Final = 60
PHASE_ONE: Final = 24
TEXTBOOK: Final = Citation(
    "Montgomery, Introduction to Statistical Quality Control (textbook defaults of EWMA and CUSUM)",
    verified=False,
)
MIN_VALUE: Final = Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12")


@dataclass(frozen=True, slots=True)
class Chart:
    """What is watched, in standard deviations of phase I from its mean."""

    watched: Floats  # [n, 24] NaN in a month without trade now or a year before
    testable: Bools  # [n] every difference of phase I is known, and they vary


def chart(view: PanelView, rows: Ints) -> Chart:
    """The chart of some rows, from the 60 months ending at the view's month."""
    return standardised(view.quantity_history(rows, view.month - MONTHS + 1))


def standardised(quantity: Floats) -> Chart:
    """The chart of quantities [n, 60]."""
    logs = np.log(np.where(quantity > 0.0, quantity, np.nan))
    x = logs[:, MONTHS_A_YEAR:] - logs[:, :-MONTHS_A_YEAR]
    first = x[:, :PHASE_ONE]
    mean = np.add.reduce(first, axis=1) / PHASE_ONE
    left = first - mean[:, None]
    deviation = np.sqrt(np.add.reduce(left * left, axis=1) / (PHASE_ONE - 1))
    testable = np.isfinite(deviation) & (deviation > 0.0)
    scale = np.where(testable, deviation, 1.0)
    watched = np.where(testable[:, None], (x[:, PHASE_ONE:] - mean[:, None]) / scale[:, None], np.nan)
    return Chart(watched, testable)


def ewma(one: Chart, weight: float) -> Floats:
    """[n] the exponentially weighted mean at the last month, in its own standard deviations; NaN: untestable.

    z(t) = weight x(t) + (1 - weight) z(t - 1), z(0) = 0; its deviation at the t-th known month is
    sqrt(weight / (2 - weight) (1 - (1 - weight)^(2 t))). A month that is not known changes nothing.
    """
    z, seen = np.zeros(len(one.testable)), np.zeros(len(one.testable))
    for column in one.watched.T:
        known = np.isfinite(column)
        z = np.where(known, weight * column + (1.0 - weight) * z, z)
        seen += known
    deviation = np.sqrt(weight / (2.0 - weight) * (1.0 - (1.0 - weight) ** (2.0 * seen)))
    last_known = np.isfinite(one.watched[:, -1])
    usable = one.testable & last_known & (deviation > 0.0)
    return np.where(usable, z / np.where(usable, deviation, 1.0), np.nan)


def cusum(one: Chart, slack: float) -> Floats:
    """[n] the upper cumulative sum max(0, C + x - slack) at the last month; NaN: untestable."""
    c = np.zeros(len(one.testable))
    for column in one.watched.T:
        c = np.where(np.isfinite(column), np.maximum(0.0, c + column - slack), c)
    usable = one.testable & np.isfinite(one.watched[:, -1])
    return np.where(usable, c, np.nan)


def judged(
    view: PanelView, parameters: Parameters, name: str, statistic: Callable[[Chart], Floats]
) -> Signals:
    """The signals of one chart: fires where its statistic is above `limit`, for rows of some value."""
    price = price_evidence(view, Window.L12_CHANGE)
    covered = view.covers(view.month - MONTHS + 1)
    found = np.full(len(view), np.nan)
    rows = np.flatnonzero(may_fire(view, parameters) & view.alertable & covered)
    found[rows] = statistic(chart(view, rows))
    floor = amount(view, parameters, MIN_VALUE.name)
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        above(found, number(parameters, "limit")),
    )
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NOT_ENOUGH_HISTORY, ~covered),
        (Reason.NO_TRADE, price.quantity == 0.0),
    ]
    fired, reason = decide(stops, conditions)
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    return Signals(fired, reason, severity(nowhere, nowhere, nowhere), price.figures | {name: found}, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    return both(at_least(value, amount(glance, parameters, MIN_VALUE.name)))
