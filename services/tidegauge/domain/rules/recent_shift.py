"""A series on a new, higher level since some months: the robust level shift, as a rule of its own."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
    above,
    amount,
    at_least,
    blocks,
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.level_shift import KEPT_SHARE, fit_level_shift
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.shift_pretest import LIMIT, moved_up
from tidegauge.domain.rules.windows import growth, in_view, months_of, ratio, total, year_before

MONTHS: Final = 3 * MONTHS_A_YEAR
FIRST_CANDIDATE, LAST_CANDIDATE = 19, 30  # columns of m-16 and m-5: what the fit leaves testable of 36
_LTS = Citation(
    "Rousseeuw, Perrotta, Riani and Hubert, Econometrics and Statistics 9 (2019) 108-121, and routine LTSts",
    "https://ideas.repec.org/a/eee/ecosta/v9y2019icp108-121.html",
)
PARAMETERS: Final = (
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_quantity_growth", 0.0, "fraction", "the level still stands: L12 over P12, more than"),
    Parameter("pre_test_limit", LIMIT, "scales", "CUSUM of seasonal differences from which it is fitted"),
    Parameter("significance", 0.01, "probability", "Bonferroni-adjusted p-value below this", _LTS, 0.0, 1.0),
    Parameter("kept_share", KEPT_SHARE, "fraction", "part of the months that the fit keeps", _LTS, 0.5, 1.0),
)
_HELD = {
    "quantity_change": (Comparison.ABOVE, "min_quantity_growth"),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_DEAR = (Reason.NOT_EVALUATED,)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("moved", "Pre-test: something moved upward", "予備検定:上方への動き", "yes/no", Window.THREE_YEARS,
           unknown=_DEAR),
    Figure("p_value", "p-value of the level shift", "レベルシフトのp値", "probability", Window.THREE_YEARS,
           Comparison.BELOW, "significance", unknown=_DEAR),
    Figure("shift_month", "First month on the new level", "シフト開始月", "month", Window.THREE_YEARS,
           unknown=_DEAR),
    Figure("shift_size", "Height of the step as a part of the level before", "従前の水準に対する段差",
           "%", Window.THREE_YEARS, unknown=_DEAR),
)  # fmt: skip
EXPLANATION: Final = """\
{shift_size.window}, the quantity of {product} from {origin} into {reporter} moved to another level: a step \
of {shift_size:percent} of the level before, beside trend and season. \
|| {shift_size.window}, no upward step beside trend and season is known for {product} from {origin} into \
{reporter}.
{quantity_change.window}, the quantity {quantity_change:change} and the customs unit value \
{unit_value_change:change}. ||"""
EXPLANATION_JA: Final = """\
{shift_size.window}における{reporter}の{origin}からの{product}の数量は、トレンドと季節性のほかに、従前の水準の\
{shift_size:percent}にあたる段差で水準が変化した。\
|| {shift_size.window}における{reporter}の{origin}からの{product}の数量に上方への段差は確認されていない。
{quantity_change.window}の数量は{quantity_change:change}、単価(課税価格ベース)は{unit_value_change:price}。||"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """An upward shift in m-16..m-5 (handbook 1.4), fitted only where the pre-test saw something move."""
    price = price_evidence(view, Window.L12_CHANGE)
    first = view.month - MONTHS + 1
    rows = np.flatnonzero(may_fire(view, parameters) & view.alertable & view.covers(first))
    figures = price.figures | _fitted(view, rows, first, parameters)
    floor = amount(view, parameters, "min_value")
    reached = ~np.isfinite(floor)
    reached[rows] = True
    upward = (figures["p_value"] < number(parameters, "significance")) & (figures["shift_size"] > 0.0)
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        above(price.figures["quantity_change"], number(parameters, "min_quantity_growth")),
        Condition(upward, np.isfinite(floor), Reason.THRESHOLD_NOT_CONVERTIBLE),
    )
    stops = blocks(view, months_of(Window.P12, view.month)[0], price.quantity, price.base_quantity)
    held = view.covers(first) & in_view(view, months_of(Window.P12, view.month)[0])
    fired, reason = decide([*stops[:1], (Reason.NOT_ENOUGH_HISTORY, ~held), *stops[2:]], conditions)
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    return Signals(fired, reason, severity(nowhere, nowhere, nowhere), figures, notes)


def _fitted(view: PanelView, rows: Ints, first: int, parameters: Parameters) -> dict[str, Floats]:
    """The pre-test for the given rows, the fit for those that passed it; NaN elsewhere."""
    figures = {name: np.full(len(view), np.nan) for name in ("moved", "p_value", "shift_month", "shift_size")}
    if not rows.size:
        return figures
    y = view.quantity_history(rows, first)
    moved = moved_up(y, FIRST_CANDIDATE, number(parameters, "pre_test_limit"))
    figures["moved"][rows] = moved
    some, y = rows[moved], y[moved]
    shift = fit_level_shift(y, FIRST_CANDIDATE, LAST_CANDIDATE, number(parameters, "kept_share"))
    before = np.arange(MONTHS) < shift.position[:, None]
    level = np.add.reduce(y * before, axis=1) / np.maximum(np.count_nonzero(before, axis=1), 1)
    figures["p_value"][some] = np.where(shift.testable, shift.p_value, np.nan)
    figures["shift_month"][some] = np.where(shift.testable, first + shift.position, np.nan)
    figures["shift_size"][some] = np.where(shift.testable, ratio(shift.delta, level), np.nan)
    return figures


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and a quantity above that of the year before: the gate before pre-test and fit."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    grows = above(growth(quantity, base), number(parameters, "min_quantity_growth"))
    return both(at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")), grows)


RULE: Final = Rule(
    id="level-shift",
    revision=1,
    title="Upward level shift of the quantity",
    title_ja="数量の上方レベルシフト",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these, over the 36 months ending at m\n"
        "V(L12) >= min_value and Q(L12) / Q(P12) - 1 > min_quantity_growth\n"
        "pre-test  one-sided CUSUM of Q(t) - Q(t - 12) reaches pre_test_limit scales\n"
        "fit       least trimmed squares with trend, harmonic and one shift in m-16..m-5: upward,\n"
        "          Bonferroni-adjusted p < significance"
    ),
    legal_basis=(
        "Rousseeuw, Perrotta, Riani and Hubert (2019), developed with the Joint Research Centre to "
        "monitor import series: the statistic that the Commission's monitor refers to; a tool, no finding"
    ),
    limits=(
        "The last five months cannot be tested: a shift is seen at the earliest in its sixth month.",
        "A steady climb is taken for trend.",
        "Dear: off by default. `ec-trade-diversion` fits its C1 where its other conditions hold.",
        (
            "Errors are taken for independent: where half of the noise carries over to the next month, it "
            "says 'upward' in 3 to 4 % of trendless cases instead of 0.5 %."
        ),
        (
            "The pre-test lets go 7 % of the shifts that the fit would call on real series, and less than "
            "1 % of clear ones (two standard deviations or more)."
        ),
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    default_on=False,
)
