"""What the data-quality rules share: they speak beside the signals of others, and may hold them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import (
    Annotator,
    Figure,
    Parameter,
    Parameters,
    Reason,
    Rule,
    Signals,
    Window,
)
from tidegauge.domain.rules.conditions import Condition, blocks, decide
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, total, year_before

MONTHS: Final = 2 * MONTHS_A_YEAR
_FAMILIES: Final = frozenset(Family) - {Family.DATA_QUALITY}
_VALUE: Final = Figure("value", "Import value", "輸入額", "{currency}", Window.L12)

Figures = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One kind of doubt about data: what it is called, computed from, held to and said about."""

    id: str
    title: str
    title_ja: str
    reason: Reason  # noted beside the signals of others
    holds_back: bool  # by default
    parameters: tuple[Parameter, ...]
    figures: tuple[Figure, ...]
    compute: Callable[[PanelView, Parameters], Figures]
    test: Callable[[Figures, Parameters], Condition]  # met: there is doubt
    formula: str
    legal_basis: str
    limits: tuple[str, ...]
    explanation: str
    explanation_ja: str


def quality_rule(doubt: Doubt) -> Rule:
    """The rule of a doubt over L12 and P12; its own alerts are off, what it says beside others is on."""

    def evaluate(view: PanelView, parameters: Parameters) -> Signals:
        now = months_of(Window.L12, view.month)
        quantity, base = (total(view, view.quantity, months) for months in (now, year_before(now)))
        figures = doubt.compute(view, parameters) | {"value": total(view, view.value, now)}
        stops = blocks(view, year_before(now)[0], quantity, base, speaks_of_new=True)
        fired, reason = decide(stops, (doubt.test(figures, parameters),))
        nowhere = np.zeros(len(view), dtype=np.bool_)
        return Signals(fired, reason, severity(nowhere, nowhere, nowhere), figures)

    def found(view: PanelView, parameters: Parameters) -> Bools:
        return doubt.test(doubt.compute(view, parameters), parameters).met

    held = "and holds the row back" if doubt.holds_back else "beside the signals of other rules"
    switch = Parameter(
        "holds_back",
        default=doubt.holds_back,
        unit="yes/no",
        description="whether a row in doubt is held back from other rules, or the doubt is noted alone",
    )
    return Rule(
        id=doubt.id,
        revision=1,
        title=doubt.title,
        title_ja=doubt.title_ja,
        family=Family.DATA_QUALITY,
        units=(Unit.SERIES, Unit.PRODUCT),
        parameters=(*doubt.parameters, switch),
        figures=(*doubt.figures, _VALUE),
        window_months=MONTHS,
        fire_after=1,
        clear_after=1,
        formula=f"{doubt.formula}\nnotes {doubt.reason} {held} (holds_back)",
        legal_basis=doubt.legal_basis,
        limits=doubt.limits,
        may_fire=_trades,
        evaluate=evaluate,
        explanation=doubt.explanation,
        explanation_ja=doubt.explanation_ja,
        reasons=(Reason.NO_TRADE, Reason.ZERO_BASE, *(why for one in doubt.figures for why in one.unknown)),
        default_on=False,
        annotates=Annotator(doubt.reason, _FAMILIES, found),
    )


def two_years(view: PanelView, figures: Floats) -> Floats:
    """[..., 24] the columns of P12 and L12; all NaN where the view does not hold them."""
    if len(view.months) < MONTHS:
        return np.full((len(figures), MONTHS), np.nan)
    return figures[:, -MONTHS:]


def _trades(glance: Glance, _: Parameters) -> Bools:
    """[n] whether anything was traded in P12 or L12: no gate, as doubts are cheap and off by default."""
    traded: Bools = np.logical_or.reduce(glance.quantity[:, -MONTHS:] > 0.0, axis=1)
    valued: Bools = np.logical_or.reduce(glance.value[:, -MONTHS:] > 0.0, axis=1)
    return traded | valued
