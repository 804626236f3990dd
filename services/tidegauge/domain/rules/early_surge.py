"""Early surge: volume up and price down, as early as the noise of that very series allows."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    amount,
    at_least,
    at_most,
    blocks,
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.price_evidence import (
    RELATIVE_PRICE,
    mostly_undeclared,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.surprise import MONTHLY, held, logarithm, of_amounts, of_ratios, recent, together
from tidegauge.domain.rules.windows import base_of, growth, mean, months_of, total

# The usual size of a deviation (log) in the calibration: docs/early-surge.md.
USUAL_QUANTITY: Final = 0.40
USUAL_TO_REFERENCE: Final = 0.06
USUAL_TO_BENCHMARK: Final = 0.08
USUAL_OWN: Final = 0.08

_CHANGE = Window.QUARTER_ON_YEAR
PARAMETERS: Final = (
    Parameter(
        "min_score", 2.0, "score", "volume and price together; calibrated: docs/early-surge.md", least=0.0
    ),
    Parameter("min_quantity_growth", 0.10, "fraction", "rise of the quantity over the year before"),
    Parameter("max_price_change", -0.03, "fraction", "change of the price that is tested"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    RELATIVE_PRICE,
)
_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_quantity_growth"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
}
_NO_GAP = (Reason.NOT_APPLICABLE, Reason.REFERENCE_UNDECLARED, Reason.NO_REFERENCE_PRICE)
FIGURES: Final = (
    *shared_figures(_CHANGE, _HELD),
    Figure("reference_price_change", "Change of the unit value relative to the reference partners",
           "比較対象国の単価に対する単価の相対的な増減率", "%", _CHANGE, unknown=_NO_GAP),
    Figure("price_change", "Change of the price that is tested", "判定に用いる価格の増減率", "%", _CHANGE,
           Comparison.AT_MOST, "max_price_change"),
    Figure("quantity_score", "Rise of the quantity in units of its usual deviation",
           "数量の上振れ(通常の変動比)", "score", _CHANGE),
    Figure("price_score", "Fall of the price in units of its usual deviation",
           "価格の下振れ(通常の変動比)", "score", _CHANGE),
    Figure("score", "Volume and price together", "数量と価格の総合スコア", "score", _CHANGE,
           Comparison.AT_LEAST, "min_score", key=True),
    Figure("annual_value", "Import value in twelve months", "直近12か月の輸入額", "{currency}", Window.L12,
           Comparison.AT_LEAST, "min_value"),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{quantity_change.window}}, the quantity of imports of {{product}} from {{origin}} into {{reporter}} \
{{quantity_change:change}} (threshold: a rise of {{quantity_change.threshold:size}}), the newest months \
weighing most: {{quantity_score:score}} times its usual deviation. \
|| {{quantity_change.window}}, the change in quantity of imports of {{product}} from {{origin}} into \
{{reporter}} is not known.
The price that is tested {{price_change:change}} (threshold: a fall of {{price_change.threshold:size}}): \
{{price_score:score}} times its usual deviation. || The change of the price is not known.
Relative to that of the reference partners, the unit value {{reference_price_change:change}}: this is the \
price that is tested. || No unit value of reference partners can be held against it: tested is the unit \
value relative to the world price or, without one, the unit value itself.
The two together score {{score:score}}, against a threshold of {{score.threshold:score}}. \
|| The two together cannot be told.
The value of twelve months is {{annual_value:money}}. || The value of twelve months is not known.
{price_sentences()}"""

EXPLANATION_JA: Final = f"""\
{{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量は{{quantity_change:change}}\
(基準:{{quantity_change.threshold:size}}の増加、直近の月ほど重視)。通常の変動の{{quantity_score:score}}倍に当たる。\
|| {{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量の増減率は不明。
判定に用いる価格は{{price_change:price}}(基準:{{price_change.threshold:size}}の下落)。通常の変動の\
{{price_score:score}}倍に当たる。|| 価格の増減率は不明。
比較対象国の単価に対して単価は{{reference_price_change:price}}であり、これを判定に用いる。\
|| 比較できる比較対象国の単価がないため、国際価格に対する単価、それもない場合は単価そのものを判定に用いる。
両者の総合スコアは{{score:score}}(基準{{score.threshold:score}})。|| 総合スコアは不明。
直近の一年間の輸入額は{{annual_value:money}}。|| 直近の一年間の輸入額は不明。
{price_sentences_ja()}"""


@dataclass(frozen=True, slots=True)
class _Price:
    """The surprise in the price that is tested, and the change relative to the reference partners."""

    fall: Floats  # [n] score, a fall is positive
    change: Floats  # [n] fraction
    to_reference: Floats  # [n] fraction


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Fires where quantity and price both moved the right way, far enough, together beyond the threshold.

    The usual sizes of their deviations are fixed ones, mixed with the series' own (see `surprise`).
    """
    price = price_evidence(view, _CHANGE, number(parameters, RELATIVE_PRICE.name))
    tested = _price(view)
    rise = of_amounts(held(view, view.quantity, view.span_start), USUAL_QUANTITY)
    score = together(rise.score, tested.fall)
    figures = price.figures | {
        "quantity_change": _quantity_growth(view),
        "reference_price_change": tested.to_reference,
        "price_change": tested.change,
        "quantity_score": rise.score,
        "price_score": tested.fall,
        "score": score,
        "annual_value": total(view, view.value, months_of(Window.L12, view.month)),
    }
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(figures["annual_value"], floor),
        at_least(figures["quantity_change"], number(parameters, "min_quantity_growth")),
        at_most(tested.change, number(parameters, "max_price_change")),
        at_least(score, number(parameters, "min_score")),
    )
    first = view.month - MONTHLY.spoken + 1
    fired, reason = decide(blocks(view, first, price.quantity, price.base_quantity), conditions)
    relative = at_most(
        price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)
    ).met
    notes = price.notes | {Reason.NO_REFERENCE_PRICE: ~np.isfinite(tested.to_reference)}
    level = severity(fired, relative & (view.production == 1.0), notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and the rise of the quantity: the gate before prices and scores."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    grows = at_least(_quantity_growth(glance), number(parameters, "min_quantity_growth"))
    return both(at_least(value, amount(glance, parameters, "min_value")), grows)


def _quantity_growth(glance: Glance) -> Floats:
    """[n] the weighted mean of the last three months against the mean of the 12 before."""
    if len(glance.months) < MONTHLY.spoken:
        return np.full(len(glance), np.nan)
    before = mean(glance, glance.quantity, base_of(_CHANGE, glance.month))
    return growth(recent(glance.quantity[:, -MONTHLY.recent :])[:, 0], before)


def _price(view: PanelView) -> _Price:
    """The unit value relative to the reference partners', else to the world price, else by itself."""
    own_value, own_mass, reference_value, reference_mass, benchmark = (
        recent(held(view, figures, view.span_start))
        for figures in (
            view.paired_value,
            view.paired_quantity,
            view.reference_value,
            view.reference_quantity,
            view.benchmark,
        )
    )
    own = logarithm(own_value) - logarithm(own_mass)
    to_reference = of_ratios(own - logarithm(reference_value) + logarithm(reference_mass), USUAL_TO_REFERENCE)
    windows = months_of(_CHANGE, view.month), base_of(_CHANGE, view.month)
    undeclared = mostly_undeclared(view, windows[0]) | mostly_undeclared(view, windows[1])
    deviation = np.where(undeclared, np.nan, to_reference.deviation)
    fall = np.where(undeclared, np.nan, -to_reference.score)
    reference = deviation
    for base, usual in ((logarithm(benchmark), USUAL_TO_BENCHMARK), (0.0, USUAL_OWN)):
        known = np.isfinite(deviation)
        if known.all():
            break
        other = of_ratios(own - base, usual)
        deviation = np.where(known, deviation, other.deviation)
        fall = np.where(known, fall, -other.score)
    return _Price(fall, np.expm1(deviation), np.expm1(reference))


RULE: Final = Rule(
    id="early-surge",
    revision=1,
    title="Early surge: volume up and price down beyond the noise of the series",
    title_ja="早期警戒(系列の通常変動を超える数量増と価格下落)",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=PARAMETERS,
    figures=FIGURES,
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
        "It runs by months, also on declarations: a month that is still open counts with what has come.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
)
