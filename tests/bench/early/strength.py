"""How strongly each rule speaks about a row: the threshold, in its own units, at which it would just fire.

The thresholds of a rule scale together: of the EC and Cefic rules, a strength of 2 is twice the growth and
twice the fall (or gap); of early-surge it is the score. Other conditions, and the money floor, stay.
"""

from collections.abc import Callable

import numpy as np

from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.base import Money, Reason
from tidegauge.domain.rules.registry import RULES

WEEKS_A_YEAR = 365.25 / 7
EARLY_SCORE = 2.0  # its default
NEVER = -np.inf
Strength = Callable[[PanelView, float], Floats]  # (view, EUR a year that a series must be worth) -> [n]


def ec(view: PanelView, floor_eur: float) -> Floats:
    """The smaller of growth and fall, each in units of its published 5 %; 1 is the rule as published."""
    rule = RULES["ec-trade-diversion"]
    floor = Money(floor_eur / WEEKS_A_YEAR, "EUR")
    nothing_fires = {**rule.defaults(), "min_quantity_growth": 1e9}  # so that no fit is made
    found = rule.evaluate(view, nothing_fires).figures
    worth = found["weekly_value"] >= view.to_feed(floor.value, "EUR")
    return _where(worth, np.minimum(found["quantity_change"] / 0.05, found["unit_value_change"] / -0.05))


def cefic(view: PanelView, floor_eur: float) -> Floats:
    """The smaller of growth in units of 20 % and gap in units of -10 %; 1 is the rule by default."""
    rule = RULES["cefic-import-surge"]
    signals = rule.evaluate(view, rule.defaults())
    found = signals.figures
    worth = (found["value"] >= view.to_feed(floor_eur, "EUR")) & (found["share"] >= 0.03)
    wider = found["reference_gap"] < found["reference_gap_before"]
    comparable = wider & ~signals.notes[Reason.REFERENCE_UNDECLARED]
    return _where(
        worth & comparable, np.minimum(found["quantity_change"] / 0.2, found["reference_gap"] / -0.1)
    )


def early(view: PanelView, floor_eur: float) -> Floats:
    """The smallest of the score, growth and fall in units of their thresholds, as times the least score."""
    rule = RULES["early-surge"]
    at_any_score = {
        **rule.defaults(),
        "min_score": 0.0,
        "min_quantity_growth": 0.0,
        "max_price_change": 0.0,
        "min_value": Money(floor_eur, "EUR"),
    }
    found = rule.evaluate(view, at_any_score)
    figures = found.figures
    growth, fall = figures["quantity_change"] / 0.10, figures["price_change"] / -0.03
    return _where(found.fired, np.minimum(figures["score"], EARLY_SCORE * np.minimum(growth, fall)))


def _where(met: Bools, strength: Floats) -> Floats:
    return np.where(met & np.isfinite(strength), strength, NEVER)


RIVALS: dict[str, Strength] = {"ec-trade-diversion": ec, "cefic-import-surge": cefic}
