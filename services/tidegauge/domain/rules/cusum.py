"""CUSUM chart on the seasonal difference of log quantity: the textbook form, for reference."""

from typing import Final

from tidegauge.domain.alerts import Family
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import number
from tidegauge.domain.rules.control_charts import MIN_VALUE, MONTHS, TEXTBOOK, cusum, judged, may_fire
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, shared_figures

PARAMETERS: Final = (
    MIN_VALUE,
    Parameter("slack", 0.5, "standard deviations", "k: allowance of each month", TEXTBOOK, 0.0),
    Parameter("limit", 5.0, "standard deviations", "h: the decision interval", TEXTBOOK, 0.0),
)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
    Figure("cusum", "CUSUM of the seasonal difference of log quantity", "対数数量の季節差のCUSUM",
           "standard deviations", Window.FIVE_YEARS, Comparison.ABOVE, "limit",
           unknown=(Reason.NOT_EVALUATED, Reason.FIGURE_UNKNOWN)),
)  # fmt: skip
EXPLANATION: Final = """\
{cusum.window}, the quantity of {product} from {origin} into {reporter} left its own range: the sum of \
its seasonal differences beyond the usual ones reached {cusum:number} standard deviations \
(limit {cusum.threshold:number}). \
|| {cusum.window}, whether the quantity of {product} from {origin} into {reporter} left its own range is not \
known.
{quantity_change.window}, the quantity {quantity_change:change} and the customs unit value \
{unit_value_change:change}. ||"""
EXPLANATION_JA: Final = """\
{cusum.window}における{reporter}の{origin}からの{product}の数量は通常の変動範囲を外れた:\
季節差の累積和は標準偏差の{cusum:number}倍(限界{cusum.threshold:number})。\
|| {cusum.window}における{reporter}の{origin}からの{product}の数量が変動範囲を外れたかは不明。
{quantity_change.window}の数量は{quantity_change:change}、単価(課税価格ベース)は{unit_value_change:price}。||"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The chart at the month under evaluation, upward (handbook 7.2), for rows of some value."""
    return judged(view, parameters, "cusum", lambda one: cusum(one, number(parameters, "slack")))


RULE: Final = Rule(
    id="cusum",
    revision=1,
    title="CUSUM chart of the quantity (reference)",
    title_ja="数量のCUSUM管理図(参考)",
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
        "C(t) = max(0, C(t - 1) + (x(t) - mean of phase I) / its deviation - slack), over the last 24\n"
        "fires: C(m) > limit, and V(L12) >= min_value"
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
