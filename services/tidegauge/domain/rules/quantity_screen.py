"""A quantity screen in the manner of volume triggers: this year's imports against the mean of three years."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, january
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import above, amount, at_least, both, convertible, decide, number
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import in_view, months_of, ratio, total
from tidegauge.domain.trade_remedy.volume_trigger import UNKNOWN_CONSUMPTION

YEARS: Final = 3
PARAMETERS: Final = (
    Parameter(
        "level", UNKNOWN_CONSUMPTION, "fraction", "this year's quantity as a part of the mean of three years"
    ),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value from January to m"),
)
FIGURES: Final = (
    *shared_figures(Window.YTD_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
    Figure("year_quantity", "Quantity from January", "1月からの累計数量", "kg", Window.YTD),
    Figure("mean_quantity", "Mean quantity of the three calendar years before", "前3暦年の平均数量", "kg",
           Window.YTD, unknown=(Reason.NOT_EVALUATED,)),
    Figure("part_of_mean", "Quantity from January as a part of that mean", "前3暦年平均に対する割合",
           "%", Window.YTD, Comparison.ABOVE, "level",
           unknown=(Reason.NOT_EVALUATED, Reason.ZERO_BASE)),
)  # fmt: skip
EXPLANATION: Final = """\
{part_of_mean.window}, imports of {product} from {origin} into {reporter} came to {year_quantity:count} kg: \
{part_of_mean:percent} of the mean of the three calendar years before, {mean_quantity:count} kg (screen: \
more than {part_of_mean.threshold:percent}). \
|| {part_of_mean.window}, how imports of {product} into {reporter} compare with the years before is not known.
This is a screen, not a special safeguard: no trigger level is published for this product here."""
EXPLANATION_JA: Final = """\
{part_of_mean.window}における{reporter}の{origin}からの{product}の累計輸入数量は{year_quantity:count} kg、\
前三暦年平均{mean_quantity:count} kgの{part_of_mean:percent}(基準:{part_of_mean.threshold:percent}超)。\
|| {part_of_mean.window}における{reporter}の{product}の累計数量と前年までの比較は不明。
これは監視上の目安であり、特別緊急関税の発動基準ではない。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The cumulative quantity of the calendar year > level times the mean of the three years before."""
    price = price_evidence(view, Window.YTD_CHANGE)
    start = january(view.month)
    first = start - YEARS * MONTHS_A_YEAR
    mean = np.full(len(view), np.nan)
    rows = np.flatnonzero(may_fire(view, parameters) & view.covers(first))
    before = view.quantity_history(rows, first)[:, : YEARS * MONTHS_A_YEAR]
    mean[rows] = np.add.reduce(before, axis=1) / YEARS
    figures = price.figures | {
        "year_quantity": price.quantity,
        "mean_quantity": mean,
        "part_of_mean": ratio(price.quantity, mean),
    }
    floor = amount(view, parameters, "min_value")
    reached = ~np.isfinite(floor)
    reached[rows] = True
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        above(np.where(reached, figures["part_of_mean"], 0.0), number(parameters, "level"), Reason.ZERO_BASE),
    )
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NOT_ENOUGH_HISTORY, ~(view.covers(first) & in_view(view, start - MONTHS_A_YEAR))),
        (Reason.NO_TRADE, price.quantity == 0.0),
    ]
    fired, reason = decide(stops, conditions)
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    return Signals(fired, reason, severity(nowhere, nowhere, nowhere), figures, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor, and more than the level of a third of last year, which the mean is at least."""
    months = months_of(Window.YTD, glance.month)
    start = months[0]
    now = total(glance, glance.quantity, months)
    last_year = total(glance, glance.quantity, (start - MONTHS_A_YEAR, start - 1))
    floor = amount(glance, parameters, "min_value")
    grown = above(now, number(parameters, "level") * last_year / YEARS)
    return both(at_least(total(glance, glance.value, months), floor), grown)


RULE: Final = Rule(
    id="quantity-screen",
    revision=1,
    title="Quantity screen: this year against the mean of three",
    title_ja="数量スクリーニング(当年累計と前3年平均)",
    family=Family.SURGE,
    units=(Unit.PRODUCT,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=(YEARS + 1) * MONTHS_A_YEAR,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: both\n"
        "Q(January..m) > level * mean Q of the three calendar years before\n"
        "V(January..m) >= min_value"
    ),
    legal_basis=(
        "Operator's choice: the arithmetic of volume triggers where consumption is not known, applied as a "
        "screen to products for which no trigger is published. Not a special safeguard"
    ),
    limits=(
        "A cumulative quantity passes 125 % of a whole year only late in a year, unless imports multiply.",
        "Each January it starts again.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    default_on=False,
)
