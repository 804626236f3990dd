"""Turns one row of signals into evidence: figures, windows, thresholds and who published those."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from tidegauge.domain.codes import country_code
from tidegauge.domain.evidence import Comparison, Evidence
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import month_text, week_text
from tidegauge.domain.records.measure import KINDS
from tidegauge.domain.rules.base import (
    Figure,
    Money,
    Parameter,
    Parameters,
    Reason,
    Rule,
    Setting,
    Signals,
    Window,
)
from tidegauge.domain.rules.conditions import TOLERANCE
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.windows import WEEKLY, window_text

__all__ = ["describe", "explain", "thresholds"]

SIGNIFICANT_DIGITS = 6
_DUST = 1e-10
_WORDS: dict[str, Callable[[int], str]] = {
    "month": month_text,
    "week": week_text,
    "country": country_code,
    "measure": KINDS.__getitem__,
}
_HUNDREDFOLD = {"%", "points"}  # fractions in the signals, shown times 100


def describe(
    rule: Rule, view: PanelView, signals: Signals, row: int, parameters: Parameters
) -> tuple[Evidence, ...]:
    """Every figure of the rule at one row, in the rule's order, rounded to six significant digits.

    Units `%` and `points` are times 100, with their threshold; money and unit values are in the feed's
    currency, money thresholds converted into it. `met` is None where either side is unknown.
    """
    settings = {parameter.name: parameter for parameter in rule.parameters}
    return tuple(
        _evidence(figure, view, signals, row, settings.get(figure.parameter), parameters)
        for figure in rule.figures
    )


def thresholds(rule: Rule, parameters: Parameters) -> dict[str, Any]:
    """The parameters in force as the alert's `threshold`: name -> {value, unit, citation}.

    A fraction stays a fraction; money has its own currency as unit; a citation of None is operator's choice,
    as is any value that differs from the published default.
    """
    return {
        parameter.name: _threshold(parameter, parameters[parameter.name]) for parameter in rule.parameters
    }


def _threshold(parameter: Parameter, value: Setting) -> dict[str, Any]:
    published = parameter.citation if value == parameter.default else None
    citation = (
        None
        if published is None
        else {"source": published.source, "url": published.url, "verified": published.verified}
    )
    if isinstance(value, Money):
        return {"value": value.value, "unit": value.currency, "citation": citation}
    return {"value": value, "unit": parameter.unit, "citation": citation}


def _evidence(  # noqa: PLR0913, PLR0917 - a figure, the row it is read at, and what it is held to
    figure: Figure,
    view: PanelView,
    signals: Signals,
    row: int,
    parameter: Parameter | None,
    parameters: Parameters,
) -> Evidence:
    raw = float(signals.figures[figure.name][row])
    scale = 100.0 if figure.unit in _HUNDREDFOLD else 1.0
    known = math.isfinite(raw)
    bound = None if parameter is None else _bound(view, row, parameters[parameter.name])
    cited = parameter is not None and parameters[parameter.name] == parameter.default
    return Evidence(
        name=figure.name,
        label=figure.label,
        value=_shown(figure, raw * scale, signals, row) if known else None,
        unit=_unit(figure.unit, view.feeds[int(view.feed[row])].currency, view.basis[row]),
        window=_window(figure.window, view, signals, row),
        comparison=figure.comparison,
        threshold=None if bound is None else rounded(bound * scale),
        met=_met(raw, figure.comparison, bound) if known and bound is not None else None,
        citation=parameter.citation if parameter is not None and cited else None,
        reason="" if known else str(_unknown(figure, view, signals, row)),
    )


def _window(window: Window, view: PanelView, signals: Signals, row: int) -> str:
    """The months of a figure; of a window of weeks, those that lead to the row's own week."""
    if window not in WEEKLY:
        return window_text(window, view.month)
    week = float(signals.figures["week"][row])
    return window_text(window, int(week)) if math.isfinite(week) else window_text(Window.MONTH, view.month)


@lru_cache(maxsize=1024)
def _unit(unit: str, currency: str, quantity: str) -> str:
    return unit.format(currency=currency, quantity=quantity)


def _bound(view: PanelView, row: int, value: Setting) -> float | None:
    if not isinstance(value, Money):
        return float(value)
    converted = float(view.to_feed(value.value, value.currency)[row])
    return converted if math.isfinite(converted) else None


def _shown(figure: Figure, value: float, signals: Signals, row: int) -> float | str | bool:
    if figure.unit == "text":
        return signals.words[figure.name][row]
    if figure.unit == "yes/no":
        return value == 1.0
    return _WORDS[figure.unit](int(value)) if figure.unit in _WORDS else rounded(value)


def rounded(value: float) -> float:
    """A figure as evidence shows it: six significant digits, and no dust of rounding near zero."""
    return 0.0 if abs(value) < _DUST else float(f"{value:.{SIGNIFICANT_DIGITS}g}")


def _met(value: float, comparison: Comparison, bound: float) -> bool | None:
    """The outcome of a comparison, with the rules' own tolerance of rounding."""
    slack = TOLERANCE * max(1.0, abs(bound))
    match comparison:
        case Comparison.AT_LEAST:
            return value >= bound - slack
        case Comparison.AT_MOST:
            return value <= bound + slack
        case Comparison.ABOVE:
            return value > bound + slack
        case Comparison.BELOW:
            return value < bound - slack
        case Comparison.SHOWN:
            return None


def _unknown(figure: Figure, view: PanelView, signals: Signals, row: int) -> Reason:
    """Why a figure is not there: the first of its reasons that holds at the row, else the last."""
    for reason in figure.unknown:
        if reason is Reason.NOT_APPLICABLE and view.unit.whole:
            return reason
        if reason in signals.notes and bool(signals.notes[reason][row]):
            return reason
    return figure.unknown[-1]
