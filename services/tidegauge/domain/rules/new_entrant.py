"""An origin that was not there a year before: growth over nothing, which every growth rule misses."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    amount,
    at_least,
    at_most,
    below,
    blocks,
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import months_of, ratio, total, year_before

PARAMETERS: Final = (
    Parameter("base_share_below", 0.01, "fraction", "quantity in P12 as a part of the quantity in L12"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_share", 0.03, "fraction", "share of all origins' quantity in L12"),
    Parameter("max_gap", -0.10, "fraction", "gap to the reference unit value that counts as the price test"),
)
_HELD = {
    "reference_gap": (Comparison.AT_MOST, "max_gap"),
    "share": (Comparison.AT_LEAST, "min_share"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("base_share", "Quantity a year before as a part of the present", "前年数量の当年数量に対する割合",
           "%", Window.L12_CHANGE, Comparison.BELOW, "base_share_below"),
)  # fmt: skip
EXPLANATION: Final = f"""\
[base_share met] {{origin}} is new among the origins of {{product}} imported into {{reporter}}.
{{base_share.window}}, the quantity of {{product}} from {{origin}} in the year before was \
{{base_share:percent}} of the present one (threshold: below {{base_share.threshold:percent}}). \
|| How much {{product}} {{reporter}} imported from {{origin}} a year before is not known.
The import value is {{value:money}} and the share of the imports of all origins {{share:percent}}. \
|| The import value or the share is not known.
The customs unit value is {{unit_value:unit_value}}. || The customs unit value is not known.
{price_sentences(world_move_when="")}"""
EXPLANATION_JA: Final = f"""\
[base_share met] {{reporter}}の{{product}}の輸入において{{origin}}は新規の原産国。
{{base_share.window}}における{{origin}}からの{{product}}の輸入数量について、前年は当年の{{base_share:percent}}\
(基準:{{base_share.threshold:percent}}未満)。\
|| {{reporter}}の{{origin}}からの{{product}}の前年の輸入数量は不明。
輸入額は{{value:money}}、全原産国に占める割合は{{share:percent}}。|| 輸入額または割合は不明。
単価(課税価格ベース)は{{unit_value:unit_value}}。|| 単価は不明。
{price_sentences_ja(world_move_when="")}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Almost nothing in P12, a value and a share in L12; speaks of growth over a zero base.

    A gap to the reference is the price test. A change of price over a base of almost nothing is shown and
    decides nothing, so no world-price move is noted and the severity never passes watch.
    """
    price = price_evidence(view, Window.L12_CHANGE)
    base_share = ratio(price.base_quantity, price.quantity)
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        below(base_share, number(parameters, "base_share_below")),
        at_least(price.figures["value"], floor),
        at_least(price.figures["share"], number(parameters, "min_share")),
    )
    first = view.month - 2 * MONTHS_A_YEAR + 1
    stops = blocks(view, first, price.quantity, price.base_quantity, speaks_of_new=True)
    fired, reason = decide(stops, conditions)
    undercuts = at_most(price.figures["reference_gap"], number(parameters, "max_gap")).met
    nowhere = np.zeros(len(view), dtype=np.bool_)
    level = severity(undercuts, nowhere, nowhere)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    return Signals(fired, reason, level, price.figures | {"base_share": base_share}, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and almost nothing a year before: the gate before shares and unit values."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    new = below(ratio(base, quantity), number(parameters, "base_share_below"))
    return both(at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")), new)


RULE: Final = Rule(
    id="new-entrant",
    revision=1,
    title="New origin of weight",
    title_ja="新規参入原産国",
    family=Family.SURGE,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; L12 the 12 months ending at m, P12 the 12 before\n"
        "Q(P12) / Q(L12) < base_share_below\n"
        "V(L12) >= min_value\n"
        "share of Q(L12) >= min_share\n"
        "price test  P(L12) / P of the reference - 1 <= max_gap (severity only)"
    ),
    legal_basis="Operator's choice: no publication asks for it; it covers growth over a zero base",
    limits=(
        "A code that trade moved into from another code looks like a new origin.",
        "A share means nothing in a file that holds one origin only.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
)
