"""A dominant origin suddenly sends less, or the price spikes while less comes: a shock, and no surge."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import (
    Annotator,
    Figure,
    Money,
    Parameter,
    Parameters,
    Reason,
    Rule,
    Signals,
    Window,
)
from tidegauge.domain.rules.conditions import (
    Condition,
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
from tidegauge.domain.rules.control_charts import MONTHS, chart, ewma
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, share, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, months_of, ratio, total, year_before

_EWMA_WEIGHT = 0.2
PARAMETERS: Final = (
    Parameter("min_share", 0.30, "fraction", "dominant: share of all origins' quantity in P12"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in P12"),
    Parameter("max_quantity_change", -0.50, "fraction", "sudden fall: three months on those a year before"),
    Parameter("min_price_spike", 0.50, "fraction", "price spike: three months on those a year before"),
    Parameter("chart_limit", -3.0, "standard deviations", "downward chart (EWMA, weight 0.2), shown"),
    Parameter(
        "holds_back",
        default=True,
        unit="yes/no",
        description="a fall with a spike holds back surge, price and dumping signals of the same row",
    ),
)
_HELD = {
    "quantity_change": (Comparison.AT_MOST, "max_quantity_change"),
    "unit_value_change": (Comparison.AT_LEAST, "min_price_spike"),
}
FIGURES: Final = (
    *shared_figures(Window.QUARTER_CHANGE, _HELD),
    Figure("share_before", "Share a year before", "前年の割合", "%", Window.P12, Comparison.AT_LEAST,
           "min_share", unknown=(Reason.NOT_APPLICABLE, Reason.FIGURE_UNKNOWN)),
    Figure("value_before", "Import value a year before", "前年の輸入額", "{currency}", Window.P12,
           Comparison.AT_LEAST, "min_value"),
    Figure("total_quantity_change", "Change of the quantity of all origins", "全原産国の輸入数量の増減率",
           "%", Window.QUARTER_CHANGE),
    Figure("chart", "Downward chart of the quantity", "数量の下方管理図", "standard deviations",
           Window.FIVE_YEARS, Comparison.AT_MOST, "chart_limit",
           unknown=(Reason.NOT_EVALUATED, Reason.FIGURE_UNKNOWN)),
)  # fmt: skip
EXPLANATION: Final = """\
{quantity_change.window}, the quantity of {product} from {origin} into {reporter} {quantity_change:change}. \
|| {quantity_change.window}, how the quantity of {product} from {origin} into {reporter} changed is not known.
The customs unit value {unit_value_change:change} (a spike: a rise of {unit_value_change.threshold:size}). \
|| The change of the customs unit value is not known.
A year before, {origin} stood for {share_before:percent} of the imports of all origins (dominant: \
{share_before.threshold:percent}), worth {value_before:money}. || The share a year before is not known.
The quantity of all origins {total_quantity_change:change}. || The change of all origins is not known.
[chart met] The downward chart of the quantity is below its limit.
[unit_value_change met] Less came at a far higher price: this is no surge, and it is \
held against no seller."""
EXPLANATION_JA: Final = """\
{quantity_change.window}における{reporter}の{origin}からの{product}の輸入数量は{quantity_change:change}。\
|| {quantity_change.window}における{reporter}の{origin}からの{product}の輸入数量の増減率は不明。
単価(課税価格ベース)は{unit_value_change:price}(急騰の基準:{unit_value_change.threshold:size}の上昇)。\
|| 単価の増減率は不明。
前年の{origin}の割合は全原産国の{share_before:percent}(支配的の基準:{share_before.threshold:percent})、\
輸入額は{value_before:money}。|| 前年の割合は不明。
全原産国の輸入数量は{total_quantity_change:change}。|| 全原産国の輸入数量の増減率は不明。
[chart met] 数量の下方管理図は限界を下回る。
[unit_value_change met] 数量が減り価格が急騰しており、輸入急増には当たらない。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A dominant origin whose quantity falls suddenly, or falls at all under a price spike."""
    price = price_evidence(view, Window.QUARTER_CHANGE)
    before = months_of(Window.P12, view.month)
    now = months_of(Window.QUARTER, view.month)
    share_before, value_before = share(view, before), total(view, view.value, before)
    base = total(view, view.total_quantity, year_before(now))
    figures = price.figures | {
        "share_before": share_before,
        "value_before": value_before,
        "total_quantity_change": growth(total(view, view.total_quantity, now), base),
    }
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(value_before, floor),
        at_least(share_before, number(parameters, "min_share")),
        below(figures["quantity_change"], 0.0),
        _either(_fell(figures, parameters), _spiked(figures, parameters)),
        _shaken(view, parameters),
    )
    stops = blocks(view, before[0], price.quantity, price.base_quantity)
    fired, reason = decide(stops, conditions)
    figures["chart"] = _downward(view, fired)
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    level = severity(_spiked(figures, parameters).met, nowhere, nowhere)
    return Signals(fired, reason, level, figures, notes)


def _fell(figures: dict[str, Floats], parameters: Parameters) -> Condition:
    return at_most(figures["quantity_change"], number(parameters, "max_quantity_change"))


def _spiked(figures: dict[str, Floats], parameters: Parameters) -> Condition:
    return at_least(figures["unit_value_change"], number(parameters, "min_price_spike"))


def _either(one: Condition, other: Condition) -> Condition:
    """Met where one is, refuted where both are."""
    met = one.met | other.met
    return Condition(met, met | (one.known & other.known), Reason.FIGURE_UNKNOWN)


def _downward(view: PanelView, fired: Bools) -> Floats:
    """[n] the chart of the fired rows whose 60 months are held; NaN elsewhere."""
    figure = np.full(len(view), np.nan)
    rows = np.flatnonzero(fired & view.covers(view.month - MONTHS + 1))
    figure[rows] = ewma(chart(view, rows), _EWMA_WEIGHT)
    return figure


def _shaken(glance: Glance, parameters: Parameters) -> Condition:
    """The fall, or half of the spike over all cells: told without paired unit values."""
    now = months_of(Window.QUARTER, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    value, value_before = (total(glance, glance.value, months) for months in (now, year_before(now)))
    fell = at_most(growth(quantity, base), number(parameters, "max_quantity_change"))
    half = number(parameters, "min_price_spike") / 2.0
    return _either(fell, at_least(growth(ratio(value, quantity), ratio(value_before, base)), half))


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor a year before, less quantity than then, and a fall or a spike."""
    now, before = months_of(Window.QUARTER, glance.month), months_of(Window.P12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    large = at_least(total(glance, glance.value, before), amount(glance, parameters, "min_value"))
    return both(large, below(growth(quantity, base), 0.0), _shaken(glance, parameters))


def found(view: PanelView, parameters: Parameters) -> Bools:
    """[n] whether a row fell in quantity under a price spike: no surge and no dumping, whoever sends it."""
    figures = price_evidence(view, Window.QUARTER_CHANGE).figures
    return both(below(figures["quantity_change"], 0.0), _spiked(figures, parameters))


RULE: Final = Rule(
    id="supply-shock",
    revision=1,
    title="Supply shock of a dominant origin",
    title_ja="支配的原産国の供給ショック",
    family=Family.DEPENDENCY,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; L3 the three months ending at m, against the same a year before\n"
        "dominant   share of Q(P12) >= min_share and V(P12) >= min_value\n"
        "shock      dQ(L3) <= max_quantity_change, or dP(L3) >= min_price_spike with dQ(L3) < 0\n"
        "           and over all cells, also those without a quantity, half of that spike or the fall\n"
        "control    dP(L3) >= min_price_spike with dQ(L3) < 0 holds back surge, price and dumping signals\n"
        "           of the same row, whatever its share (holds_back)"
    ),
    legal_basis=(
        "Operator's choice, a control: a fall in volume with a price spike is never a dumping or surge signal"
    ),
    limits=(
        "A price spike while quantities rise is left to the benchmark's evidence.",
        "Three months of a seasonal product can fall by the shift of one shipment.",
        "The downward chart needs five years and trade in every month of the first three.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    annotates=Annotator(
        Reason.SUPPLY_SHOCK, frozenset({Family.SURGE, Family.PRICE, Family.DUMPING, Family.THREAT}), found
    ),
)
