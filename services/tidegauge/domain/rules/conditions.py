"""Conditions with three outcomes (met, not met, unknown), and the reason that follows from several."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Bools, Codes, Floats
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.rules.base import REASON_CODE, Money, Parameters, Reason
from tidegauge.domain.rules.windows import in_view

TOLERANCE = 1e-9  # of rounding, so that 120 / 100 - 1 reaches an inclusive 20 %


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a rule over n rows."""

    met: Bools  # [n] False where unknown
    known: Bools  # [n]
    unknown: Reason  # what is said where the condition would decide and is unknown

    def column(self) -> Floats:
        """[n] 1 met, 0 not met, NaN unknown."""
        return np.where(self.known, np.where(self.met, 1.0, 0.0), np.nan)


def _slack(threshold: Floats | float) -> Floats | float:
    if isinstance(threshold, float):
        return TOLERANCE * max(1.0, abs(threshold))
    return TOLERANCE * np.maximum(1.0, np.abs(threshold))


def at_least(figure: Floats, threshold: Floats | float, unknown: Reason = Reason.FIGURE_UNKNOWN) -> Condition:
    """Figure >= threshold, inclusive up to rounding."""
    return _condition(figure, threshold, figure >= threshold - _slack(threshold), unknown)


def at_most(figure: Floats, threshold: Floats | float, unknown: Reason = Reason.FIGURE_UNKNOWN) -> Condition:
    """Figure <= threshold, inclusive up to rounding."""
    return _condition(figure, threshold, figure <= threshold + _slack(threshold), unknown)


def above(figure: Floats, threshold: Floats | float, unknown: Reason = Reason.FIGURE_UNKNOWN) -> Condition:
    """Figure > threshold by more than rounding."""
    return _condition(figure, threshold, figure > threshold + _slack(threshold), unknown)


def below(figure: Floats, threshold: Floats | float, unknown: Reason = Reason.FIGURE_UNKNOWN) -> Condition:
    """Figure < threshold by more than rounding."""
    return _condition(figure, threshold, figure < threshold - _slack(threshold), unknown)


def convertible(floor: Floats) -> Condition:
    """Whether a money threshold has a rate; unknown, never refuted, where it has none."""
    known = np.isfinite(floor)
    return Condition(known, known, Reason.THRESHOLD_NOT_CONVERTIBLE)


def _condition(figure: Floats, threshold: Floats | float, met: Bools, unknown: Reason) -> Condition:
    known = np.isfinite(figure)
    if not isinstance(threshold, float) or not math.isfinite(threshold):
        known &= np.isfinite(threshold)
    return Condition(met & known, known, unknown)


def both(*conditions: Condition) -> Bools:
    """[n] where all conditions are met."""
    met: Bools = np.logical_and.reduce([condition.met for condition in conditions])
    return met


def blocks(
    view: PanelView, first: int, now: Floats, base: Floats, *, speaks_of_new: bool = False
) -> list[tuple[Reason, Bools]]:
    """Why rows cannot be spoken about at all, in the order in which it is said.

    `first` is the first month of the baseline; `now` and `base` are quantities [n] of the window and its
    baseline. A rule that `speaks_of_new` takes growth over a zero base as its subject.
    """
    found = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NOT_ENOUGH_HISTORY, ~in_view(view, first)),
        (Reason.NO_TRADE, (now == 0.0) & (base == 0.0)),
    ]
    if not speaks_of_new:
        found.append((Reason.ZERO_BASE, (now > 0.0) & (base == 0.0)))
    return found


def decide(blocked: Sequence[tuple[Reason, Bools]], conditions: Sequence[Condition]) -> tuple[Bools, Codes]:
    """Fired and reason codes [n]: blocked, else not met by any known condition, else unknown, else met."""
    refuted = np.logical_or.reduce([condition.known & ~condition.met for condition in conditions])
    reason = np.full(refuted.shape, REASON_CODE[Reason.MET], dtype=np.uint8)
    for condition in reversed(conditions):
        reason[~condition.known] = REASON_CODE[condition.unknown]
    reason[refuted] = REASON_CODE[Reason.NOT_MET]
    for why, rows in reversed(blocked):
        reason[rows] = REASON_CODE[why]
    return reason == REASON_CODE[Reason.MET], reason


def number(parameters: Parameters, name: str) -> float:
    """A plain numeric parameter; raises TypeError for any other kind."""
    value = parameters[name]
    if isinstance(value, Money | str):
        raise TypeError(f"the parameter {name} is not a number")
    return float(value)


def amount(view: Glance, parameters: Parameters, name: str) -> Floats:
    """[n] a money parameter in each row's currency, NaN without a rate; raises TypeError for other kinds."""
    value = parameters[name]
    if not isinstance(value, Money):
        raise TypeError(f"the parameter {name} is not an amount of money")
    return view.to_feed(value.value, value.currency)
