"""How far volume rose and price fell together: the test that `early-surge` makes of months and of weeks.

A view of weeks has weeks for columns and a week for its month; the arithmetic is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
    amount,
    at_least,
    at_most,
    blocks,
    convertible,
    decide,
    number,
)
from tidegauge.domain.rules.price_evidence import (
    RELATIVE_PRICE,
    mostly_undeclared,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.surprise import Shape, held, logarithm, of_amounts, of_ratios, recent, together
from tidegauge.domain.rules.windows import base_of, growth, mean, months_of, total

# The usual size of a deviation (log) in the calibration: docs/early-surge.md.
USUAL_QUANTITY: Final = 0.40
USUAL_TO_REFERENCE: Final = 0.06
USUAL_TO_BENCHMARK: Final = 0.08
USUAL_OWN: Final = 0.08


@dataclass(frozen=True, slots=True)
class SurgeTest:
    """The periods that are held against one another, and how."""

    change: Window  # the newest periods against the year before them
    year: Window  # the value of which has a floor
    year_labels: tuple[str, str]  # English, Japanese
    shape: Shape


def settings(min_score: float, year: str) -> tuple[Parameter, ...]:
    """The settings, with the least score that the kind of period was calibrated to, and what its year is."""
    return (
        Parameter(
            "min_score",
            min_score,
            "score",
            "volume and price together; calibrated: docs/early-surge.md",
            least=0.0,
        ),
        Parameter("min_quantity_growth", 0.10, "fraction", "rise of the quantity over the year before"),
        Parameter("max_price_change", -0.03, "fraction", "change of the price that is tested"),
        Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", f"import value in {year}"),
        RELATIVE_PRICE,
    )


_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_quantity_growth"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
}
_NO_GAP = (Reason.NOT_APPLICABLE, Reason.REFERENCE_UNDECLARED, Reason.NO_REFERENCE_PRICE)


def figures(test: SurgeTest, *more: Figure) -> tuple[Figure, ...]:
    """The evidence of the test, with further figures before it."""
    change = test.change
    return (
        *more,
        *shared_figures(change, _HELD),
        Figure("reference_price_change", "Change of the unit value relative to the reference partners",
               "比較対象国の単価に対する単価の相対的な増減率", "%", change, unknown=_NO_GAP),
        Figure("price_change", "Change of the price that is tested", "判定に用いる価格の増減率", "%", change,
               Comparison.AT_MOST, "max_price_change"),
        Figure("quantity_score", "Rise of the quantity in units of its usual deviation",
               "数量の上振れ(通常の変動比)", "score", change),
        Figure("price_score", "Fall of the price in units of its usual deviation",
               "価格の下振れ(通常の変動比)", "score", change),
        Figure("score", "Volume and price together", "数量と価格の総合スコア", "score", change,
               Comparison.AT_LEAST, "min_score", key=True),
        Figure("annual_value", *test.year_labels, "{currency}", test.year,
               Comparison.AT_LEAST, "min_value"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Price:
    """The surprise in the price that is tested, and the change relative to the reference partners."""

    fall: Floats  # [n] score, a fall is positive
    change: Floats  # [n] fraction
    to_reference: Floats  # [n] fraction


def scored(
    view: PanelView, parameters: Parameters, test: SurgeTest, further: Sequence[Condition] = ()
) -> Signals:
    """Fires where quantity and price both moved the right way, far enough, together beyond the threshold.

    The usual sizes of their deviations are fixed ones, mixed with the series' own (see `surprise`).
    """
    price = price_evidence(view, test.change, number(parameters, RELATIVE_PRICE.name))
    tested = _price(view, test)
    span, shape = view.span_start, test.shape
    rise = of_amounts(held(view, view.quantity, span, shape), USUAL_QUANTITY, shape)
    score = together(rise.score, tested.fall)
    found = price.figures | {
        "quantity_change": quantity_growth(view, test),
        "reference_price_change": tested.to_reference,
        "price_change": tested.change,
        "quantity_score": rise.score,
        "price_score": tested.fall,
        "score": score,
        "annual_value": total(view, view.value, months_of(test.year, view.month)),
    }
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(found["annual_value"], floor),
        at_least(found["quantity_change"], number(parameters, "min_quantity_growth")),
        at_most(tested.change, number(parameters, "max_price_change")),
        at_least(score, number(parameters, "min_score")),
        *further,
    )
    first = view.month - shape.spoken + 1
    fired, reason = decide(blocks(view, first, price.quantity, price.base_quantity), conditions)
    relative = at_most(
        price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)
    ).met
    notes = price.notes | {Reason.NO_REFERENCE_PRICE: ~np.isfinite(tested.to_reference)}
    level = severity(fired, relative & (view.production == 1.0), notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, found, notes)


def quantity_growth(glance: Glance, test: SurgeTest) -> Floats:
    """[n] the weighted mean of the newest periods against the mean of the year before them."""
    if len(glance.months) < test.shape.spoken:
        return np.full(len(glance), np.nan)
    before = mean(glance, glance.quantity, base_of(test.change, glance.month))
    return growth(recent(glance.quantity[:, -test.shape.recent :], test.shape)[:, 0], before)


def _price(view: PanelView, test: SurgeTest) -> _Price:
    """The unit value relative to the reference partners', else to the world price, else by itself."""
    shape = test.shape
    own_value, own_mass, reference_value, reference_mass, benchmark = (
        recent(held(view, figures, view.span_start, shape), shape)
        for figures in (
            view.paired_value,
            view.paired_quantity,
            view.reference_value,
            view.reference_quantity,
            view.benchmark,
        )
    )
    own = logarithm(own_value) - logarithm(own_mass)
    reference_price = logarithm(reference_value) - logarithm(reference_mass)
    to_reference = of_ratios(own - reference_price, USUAL_TO_REFERENCE, shape)
    windows = months_of(test.change, view.month), base_of(test.change, view.month)
    undeclared = mostly_undeclared(view, windows[0]) | mostly_undeclared(view, windows[1])
    deviation = np.where(undeclared, np.nan, to_reference.deviation)
    fall = np.where(undeclared, np.nan, -to_reference.score)
    reference = deviation
    for base, usual in ((logarithm(benchmark), USUAL_TO_BENCHMARK), (0.0, USUAL_OWN)):
        known = np.isfinite(deviation)
        if known.all():
            break
        other = of_ratios(own - base, usual, shape)
        deviation = np.where(known, deviation, other.deviation)
        fall = np.where(known, fall, -other.score)
    return _Price(fall, np.expm1(deviation), np.expm1(reference))
