"""EWMA chart on the seasonal difference of log quantity: the textbook form, for reference."""

from typing import Final

from tidegauge.domain.alerts import Family
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import number
from tidegauge.domain.rules.control_charts import MIN_VALUE, MONTHS, TEXTBOOK, ewma, judged, may_fire
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, shared_figures

PARAMETERS: Final = (
    MIN_VALUE,
    Parameter("weight", 0.2, "fraction", "lambda: weight of the newest month", TEXTBOOK, 0.01, 1.0),
    Parameter("limit", 3.0, "standard deviations", "L: the upper control limit", TEXTBOOK, 0.0),
)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
    Figure("ewma", "EWMA of the seasonal difference of log quantity", "対数数量の季節差のEWMA",
           "standard deviations", Window.FIVE_YEARS, Comparison.ABOVE, "limit",
           unknown=(Reason.NOT_EVALUATED, Reason.FIGURE_UNKNOWN)),
)  # fmt: skip
EXPLANATION: Final = """\
{ewma.window}, the quantity of {product} from {origin} into {reporter} left its own range: the weighted mean \
of its seasonal differences stands {ewma:number} standard deviations above the usual \
(limit {ewma.threshold:number}). \
|| {ewma.window}, whether the quantity of {product} from {origin} into {reporter} left its own range is not \
known.
{quantity_change.window}, the quantity {quantity_change:change} and the customs unit value \
{unit_value_change:change}. ||"""
EXPLANATION_JA: Final = """\
{ewma.window}における{reporter}の{origin}からの{product}の数量は通常の変動範囲を外れた:\
季節差の加重平均は基準期間の平均より標準偏差の{ewma:number}倍上(限界{ewma.threshold:number})。\
|| {ewma.window}における{reporter}の{origin}からの{product}の数量が変動範囲を外れたかは不明。
{quantity_change.window}の数量は{quantity_change:change}、単価(課税価格ベース)は{unit_value_change:price}。||"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The chart at the month under evaluation, upward (handbook 7.2), for rows of some value."""
    return judged(view, parameters, "ewma", lambda one: ewma(one, number(parameters, "weight")))


RULE: Final = Rule(
    id="ewma",
    revision=1,
    title="EWMA chart of the quantity (reference)",
    title_ja="数量のEWMA管理図(参考)",
    family=Family.SURGE,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "x(t) = log Q(t) - log Q(t - 12); phase I the first 24 of the 48 differences of the 60 months\n"
        "z(t) = weight x(t) + (1 - weight) z(t - 1), from the mean of phase I, over the last 24\n"
        "fires: z above the mean by > limit standard deviations of z, and V(L12) >= min_value"
    ),
    legal_basis="Statistical process control; no trade authority publishes it. A reference, off by default",
    limits=(
        "A series that grows steadily is 'out of control' all the time.",
        "After a lasting shift it stays on for up to two years.",
        "A month without trade, now or a year before, has no logarithm and changes nothing.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    default_on=False,
)
