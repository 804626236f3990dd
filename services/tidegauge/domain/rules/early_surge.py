"""Early surge: volume up and price down, as early as the noise of that very series allows."""

from typing import Final

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.rules.base import Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import amount, at_least, both, number
from tidegauge.domain.rules.price_evidence import PRICE_REASONS
from tidegauge.domain.rules.surge_score import (
    USUAL_OWN,
    USUAL_QUANTITY,
    USUAL_TO_BENCHMARK,
    USUAL_TO_REFERENCE,
    SurgeTest,
    figures,
    quantity_growth,
    scored,
    settings,
)
from tidegauge.domain.rules.surge_words import explanation, explanation_ja
from tidegauge.domain.rules.surprise import MONTHLY
from tidegauge.domain.rules.windows import months_of, total

TEST: Final = SurgeTest(
    Window.QUARTER_ON_YEAR, Window.L12, ("Import value in twelve months", "直近12か月の輸入額"), MONTHLY
)


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The test of the three months that end with the one under evaluation."""
    return scored(view, parameters, TEST)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and the rise of the quantity: the gate before prices and scores."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    grows = at_least(quantity_growth(glance, TEST), number(parameters, "min_quantity_growth"))
    return both(at_least(value, amount(glance, parameters, "min_value")), grows)


RULE: Final = Rule(
    id="early-surge",
    revision=1,
    title="Early surge: volume up and price down beyond the noise of the series",
    title_ja="早期警戒(系列の通常変動を超える数量増と価格下落)",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=settings(2.0, "L12"),
    figures=figures(TEST),
    window_months=MONTHLY.months,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: quantity, price, score and value, every month m; now: m, m-1, m-2 weighted 4 : 2 : 1\n"
        "before     the 12 months m-14..m-3\n"
        "quantity   Q(now) / Q(a mean month before) - 1 >= min_quantity_growth\n"
        "price      p(now) / p(before) - 1 <= max_price_change\n"
        "p          P relative to the reference partners (intra-area, else other origins); without them, or "
        "where more than half of them is not declared, relative to the world price; without one, P itself\n"
        "deviation  log of now over before, of the quantity and of p\n"
        "usual size root of (6 s^2 + n r^2) / (6 + n); r root mean square of the 12 deviations m-14..m-3, "
        f"n a third of how many are known, s {USUAL_QUANTITY} (quantity), {USUAL_TO_REFERENCE}, "
        f"{USUAL_TO_BENCHMARK}, {USUAL_OWN} (p to reference, to world price, itself)\n"
        "score      (min(3, deviation / usual size) of the quantity + min(3, the same of the fall of p)) "
        "/ square root of 2 >= min_score\n"
        "value      V(L12) >= min_value"
    ),
    legal_basis=(
        "Operator's choice: an early warning of our own, calibrated on surges injected into official series "
        "(docs/early-surge.md); no publication asks for it, and it finds nothing about injury or dumping"
    ),
    limits=(
        "It compares with the series' own recent past: after about a year a higher level is the usual one.",
        "A season that swings more than its own last year is taken for a surprise.",
        "Without reference partners or a world price, a fall of the general price level counts as a fall.",
        "The unit value of the other origins moves with their mix: one of them leaving can look like a fall.",
        (
            "Sizes and threshold were calibrated on fertilizers into Brazil: 0.3 alarm months and 0.14 "
            "episodes a year on a large series. On plastics from China into EU members it raised 1.1 and 0.5."
        ),
        "It runs by months; one that is still open counts with what has come. See early-surge-weekly.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=explanation("months", "twelve months"),
    explanation_ja=explanation_ja("月", "直近の一年間"),
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
)
