"""What might have been instead of the early-surge rule: one choice changed at a time, on the same trial."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from tests.bench.early.strength import NEVER, Strength

from tidegauge.domain.arrays import Floats
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.rules.surge_score import (
    USUAL_OWN,
    USUAL_QUANTITY,
    USUAL_TO_BENCHMARK,
    USUAL_TO_REFERENCE,
)
from tidegauge.domain.rules.surprise import (
    MONTHLY,
    Shape,
    Surprise,
    held,
    logarithm,
    of_amounts,
    of_ratios,
    recent,
    together,
)

Combine = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to put the rule together; the default is the rule, but for undeclared references."""

    shape: Shape = MONTHLY
    price: str = "reference"  # else "world" or "own"; each falls back on what follows it
    volume: str = "quantity"  # or "share"
    combine: Combine = together


def geometric(one: Floats, other: Floats) -> Floats:
    """The geometric mean of two scores."""
    return np.sqrt(np.maximum(one, 0.0) * np.maximum(other, 0.0))


def volume_alone(one: Floats, _other: Floats) -> Floats:
    """The first score."""
    return one


def of(choice: Choice) -> Strength:
    """The strength of a choice: its score where volume rose and the price fell, and the money floor holds."""
    return partial(_strength, choice)


def _strength(choice: Choice, view: PanelView, floor_eur: float) -> Floats:
    rise, fall = _volume(choice, view), _price(choice, view)
    score = choice.combine(rise.score, -fall.score)
    directions = (rise.deviation > 0.0) & ((fall.deviation < 0.0) | (choice.combine is volume_alone))
    worth = view.value[:, -12:].sum(axis=1) >= view.to_feed(floor_eur, "EUR")
    return np.where(directions & worth & np.isfinite(score), score, NEVER)


def _volume(choice: Choice, view: PanelView) -> Surprise:
    figures = view.quantity
    if choice.volume == "share":
        rest = view.total_quantity - view.quantity
        figures = np.where(rest > 0.0, figures / np.where(rest > 0.0, rest, 1.0), np.nan)
    return of_amounts(held(view, figures, view.span_start, choice.shape), USUAL_QUANTITY, choice.shape)


def _price(choice: Choice, view: PanelView) -> Surprise:
    def mean(figures: Floats) -> Floats:
        return logarithm(recent(held(view, figures, view.span_start, choice.shape), choice.shape))

    own = mean(view.paired_value) - mean(view.paired_quantity)
    reference = own - mean(view.reference_value) + mean(view.reference_quantity)
    found = [
        of_ratios(reference, USUAL_TO_REFERENCE, choice.shape),
        of_ratios(own - mean(view.benchmark), USUAL_TO_BENCHMARK, choice.shape),
        of_ratios(own, USUAL_OWN, choice.shape),
    ][("reference", "world", "own").index(choice.price) :]
    deviation, score = found[0].deviation, found[0].score
    for other in found[1:]:
        known = np.isfinite(score)
        deviation = np.where(known, deviation, other.deviation)
        score = np.where(known, score, other.score)
    return Surprise(deviation, score)


def _even(months: int) -> tuple[float, ...]:
    return (1.0,) * months


CHOICES: dict[str, Strength] = {
    name: of(choice)
    for name, choice in {
        "as chosen, undeclared references taken as they are": Choice(),
        "three months weighted alike": Choice(replace(MONTHLY, weights=_even(3))),
        "two months": Choice(replace(MONTHLY, weights=(1.0, 0.5))),
        "the last month alone": Choice(replace(MONTHLY, weights=(1.0,))),
        "six months alike": Choice(replace(MONTHLY, weights=_even(6))),
        "EWMA over six months, 0.3": Choice(
            replace(MONTHLY, weights=tuple(0.7**back for back in range(6)))
        ),
        "four months, each half the next": Choice(replace(MONTHLY, weights=(1.0, 0.5, 0.25, 0.125))),
        "24 months before, usual size of 24": Choice(replace(MONTHLY, baseline=24, past=24)),
        "price: the unit value itself": Choice(price="own"),
        "price: relative to the world price": Choice(price="world"),
        "volume: share of the origin": Choice(volume="share"),
        "volume alone": Choice(combine=volume_alone),
        "usual size: fixed alone": Choice(replace(MONTHLY, pool_weight=1e6)),
        "usual size: the series' own alone": Choice(replace(MONTHLY, pool_weight=0.5)),
        "geometric mean of the scores": Choice(combine=geometric),
    }.items()
}  # fmt: skip
LONGEST = 60  # months that a choice may rest on
