"""Cefic-style import surge: volumes surge while the exporter undercuts the reference, more than before."""

from typing import Final

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
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    mostly_undeclared,
    price_evidence,
    reference_gap,
    shared_figures,
)  # fmt: skip
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, months_of, total, year_before

PARAMETERS: Final = (
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "perimeter: import value in L12"),
    Parameter("min_share", 0.03, "fraction", "perimeter: share of all origins' quantity in L12"),
    Parameter("min_quantity_growth", 0.20, "fraction", "step 1: growth of the quantity, L12 over P12"),
    Parameter("max_gap", -0.10, "fraction", "step 2: gap to the reference unit value in L12"),
    RELATIVE_PRICE,
)
_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_quantity_growth"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "reference_gap": (Comparison.AT_MOST, "max_gap"),
    "share": (Comparison.AT_LEAST, "min_share"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_NO_GAP = (Reason.REFERENCE_UNDECLARED, Reason.NO_REFERENCE_PRICE)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("reference_gap_before", "Gap to the reference a year before", "前年の単価差", "%", Window.P12,
           unknown=_NO_GAP),
    Figure("gap_widened", "Gap wider than a year before", "単価差の拡大", "yes/no", Window.L12_CHANGE,
           unknown=_NO_GAP),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{quantity_change.window}}, the quantity of imports of {{product}} from {{origin}} into {{reporter}} \
{{quantity_change:change}} (threshold {{quantity_change.threshold:size}}), to {{share:percent}} of the \
imports of all origins. \
|| {{quantity_change.window}}, the change in quantity of imports of {{product}} from {{origin}} into \
{{reporter}}, or their share, is not known.
Their value was {{value:money}}. || Their value is not known.
A year before, their customs unit value stood {{reference_gap_before:gap}} that of the reference partners.\
|| How the customs unit value stood to the reference a year before is not known.
{price_sentences()}"""
EXPLANATION_JA: Final = f"""\
{{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量は\
{{quantity_change:change}}(基準{{quantity_change.threshold:size}})、全原産国の輸入に占める割合は{{share:percent}}。\
|| {{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量の増減率または\
割合は不明。
輸入額は{{value:money}}。|| 輸入額は不明。
前年の単価(課税価格ベース)は比較対象国の単価より{{reference_gap_before:gap}}。|| 前年の単価差は不明。
{price_sentences_ja()}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Perimeter, step 1 and step 2 (handbook 2), together; the reference is intra-area, else other origins.

    A reference that is mostly not declared or pooled, now or a year before, cannot be compared with.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    before = months_of(Window.P12, view.month)
    gap, gap_before = price.figures["reference_gap"], reference_gap(view, before)
    widened = below(gap, gap_before, Reason.NO_REFERENCE_PRICE)
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        at_least(price.figures["share"], number(parameters, "min_share")),
        at_least(price.figures["quantity_change"], number(parameters, "min_quantity_growth")),
        at_most(gap, number(parameters, "max_gap"), Reason.NO_REFERENCE_PRICE),
        widened,
    )
    undeclared = price.notes[Reason.REFERENCE_UNDECLARED] | mostly_undeclared(view, before)
    stops = blocks(view, before[0], price.quantity, price.base_quantity)
    fired, reason = decide([*stops, (Reason.REFERENCE_UNDECLARED, undeclared)], conditions)
    relative = price.figures["relative_unit_value_change"]
    confirmed = at_most(relative, number(parameters, RELATIVE_PRICE.name)).met & (view.production == 1.0)
    notes = price.notes | {Reason.REFERENCE_UNDECLARED: undeclared}
    level = severity(fired, confirmed, notes[Reason.WORLD_PRICE_MOVE])
    columns = {"reference_gap_before": gap_before, "gap_widened": widened.column()}
    return Signals(fired, reason, level, price.figures | columns, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor of the perimeter and step 1: the gate before unit values."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    grows = at_least(growth(quantity, base), number(parameters, "min_quantity_growth"))
    return both(at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")), grows)


RULE: Final = Rule(
    id="cefic-import-surge",
    revision=1,
    title="Import surge with undercutting (Cefic monitor)",
    title_ja="輸入急増と価格下回り(Cefic方式)",
    family=Family.SURGE,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: perimeter and step 1 and step 2; L12 the 12 months ending at m, P12 the 12 before\n"
        "perimeter  V(L12) >= min_value and share of Q(L12) >= min_share\n"
        "step 1     Q(L12) / Q(P12) - 1 >= min_quantity_growth\n"
        "step 2     gap(L12) <= max_gap and gap(L12) < gap(P12), gap = P / P of the reference - 1\n"
        "reference  intra-area partners, else the reporter's other origins"
    ),
    legal_basis=(
        "Cefic / Critical Chemicals Alliance, Import Surge Monitor (https://ismt.cefic.org/): three gates; "
        "a monitor of an industry, no finding"
    ),
    limits=(
        "The monitor publishes its gates and windows, not their numbers: these are the operator's choice.",
        "Twelve-month windows lag a surge by months.",
        "Unit values move with the mix of qualities: a gap is no price comparison at one level of trade.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
)
