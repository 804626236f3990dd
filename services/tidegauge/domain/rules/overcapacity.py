"""The exporter can make far more than it needs, and more of it comes here, cheaper: a threat factor."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
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
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, months_of, ratio, total, year_before

_THREAT = Citation(
    "Agreement on Implementation of Article VI of GATT 1994, Article 3.7(ii): sufficient freely disposable "
    "capacity of the exporter, or an imminent, substantial increase of it",
    "https://legislation.gov.uk/uksi/2019/450/regulation/28/made/data.xht",
)
PARAMETERS: Final = (
    Parameter("min_capacity_growth", 0.10, "fraction", "the exporter's capacity on that of a year earlier"),
    Parameter("min_capacity_to_consumption", 1.2, "ratio", "the exporter's capacity to its own consumption"),
    Parameter("min_quantity_growth", 0.05, "fraction", "quantity here, L12 over P12"),
    Parameter("max_unit_value_change", -0.05, "fraction", "unit value here, L12 over P12"),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    RELATIVE_PRICE,
)
_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_quantity_growth"),
    "unit_value_change": (Comparison.AT_MOST, "max_unit_value_change"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "value": (Comparison.AT_LEAST, "min_value"),
}
FIGURES: Final = (
    Figure("capacity_growth", "Growth of the exporter's capacity", "輸出国の生産能力の増加率", "%",
           Window.L12_CHANGE, Comparison.AT_LEAST, "min_capacity_growth", key=True,
           unknown=(Reason.CAPACITY_UNKNOWN,)),
    Figure("capacity_to_consumption", "The exporter's capacity to its consumption",
           "輸出国の生産能力と国内消費の比", "ratio", Window.L12,
           Comparison.AT_LEAST, "min_capacity_to_consumption", unknown=(Reason.CAPACITY_UNKNOWN,)),
    *shared_figures(Window.L12_CHANGE, _HELD),
)  # fmt: skip
EXPLANATION: Final = f"""\
The capacity of the industry of {{origin}} that makes {{product}} {{capacity_growth:change}} in a year \
(threshold {{capacity_growth.threshold:size}}). || How the capacity of the industry of {{origin}} that makes \
{{product}} changed in a year is not known.
It is {{capacity_to_consumption:times}} its own consumption (threshold \
{{capacity_to_consumption.threshold:times}}). || How it compares with its own consumption is not known.
{{quantity_change.window}}, the quantity imported into {{reporter}} {{quantity_change:change}} and the \
customs unit value {{unit_value_change:change}}. || How both moved in {{reporter}} is not known.
The import value was {{value:money}}. || The import value is not known.
This is a factor of threat, and says nothing about a subsidy.
{price_sentences()}"""
EXPLANATION_JA: Final = f"""\
{{product}}を生産する{{origin}}の産業の生産能力は一年で{{capacity_growth:change}}(基準\
{{capacity_growth.threshold:size}})。|| {{product}}を生産する{{origin}}の産業の生産能力の増減率は不明。
生産能力は同国の消費の{{capacity_to_consumption:times}}(基準{{capacity_to_consumption.threshold:times}})。\
|| 同国の消費との比は不明。
{{quantity_change.window}}における{{reporter}}の輸入数量は{{quantity_change:change}}、単価(課税価格ベース)は\
{{unit_value_change:price}}。|| {{reporter}}の輸入数量と単価の動きは不明。
輸入額は{{value:money}}。|| 輸入額は不明。
これは脅威の要素であり、補助金の有無を示すものではない。
{price_sentences_ja()}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The exporter's capacity grows or exceeds its own consumption, with more and cheaper imports here."""
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    floor, base = amount(view, parameters, "min_value"), year_before(months_of(Window.L12, view.month))
    own = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        at_least(price.figures["quantity_change"], number(parameters, "min_quantity_growth")),
        at_most(price.figures["unit_value_change"], number(parameters, "max_unit_value_change")),
    )
    grown, compared = _capacity(view)
    ample = _either(
        at_least(grown, number(parameters, "min_capacity_growth")),
        at_least(compared, number(parameters, "min_capacity_to_consumption")),
    )
    fired, reason = decide(blocks(view, base[0], price.quantity, price.base_quantity), (*own, ample))
    figures = price.figures | {"capacity_growth": grown, "capacity_to_consumption": compared}
    relative = at_most(
        price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)
    ).met
    level = severity(fired, relative & (view.production == 1.0), price.notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, price.notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor and a growing quantity."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    grows = at_least(growth(quantity, base), number(parameters, "min_quantity_growth"))
    return both(at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")), grows)


def _capacity(view: PanelView) -> tuple[Floats, Floats]:
    """[n] growth of the exporter's capacity in a year, and its ratio to consumption where both have one unit.

    Such figures are often yearly: the newest month of the last twelve speaks, and the newest of those before.
    """
    capacity, consumption = (view.books.seller_industry(name) for name in ("capacity", "consumption"))
    year = MONTHS_A_YEAR
    now, before = _newest(capacity.values[:, -year:]), _newest(capacity.values[:, -2 * year : -year])
    same = np.array(
        [one == other for one, other in zip(capacity.units, consumption.units, strict=True)], np.bool_
    )
    needed = np.where(same, _newest(consumption.values[:, -year:]), np.nan)
    return growth(now, before), ratio(now, needed)


def _newest(values: Floats) -> Floats:
    """[n] the last known value of each row, NaN without any."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    known = np.isfinite(values)
    last = values.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    found: Floats = values[np.arange(len(values)), last]
    return found


def _either(one: Condition, other: Condition) -> Condition:
    """Met where one is, refuted where all that is known of both is not met."""
    met, known = one.met | other.met, one.known | other.known
    return Condition(met, known, Reason.CAPACITY_UNKNOWN)


RULE: Final = Rule(
    id="overcapacity",
    revision=1,
    title="Exporter's overcapacity",
    title_ja="輸出国の過剰生産能力",
    family=Family.THREAT,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; L12 the 12 months ending at m, P12 the 12 before\n"
        "capacity of the exporter's industry: newest in L12 / newest in P12 - 1 >= min_capacity_growth,\n"
        "   or newest in L12 / its consumption >= min_capacity_to_consumption (both in one unit)\n"
        "Q(L12) / Q(P12) - 1 >= min_quantity_growth\n"
        "P(L12) / P(P12) - 1 <= max_unit_value_change\n"
        "V(L12) >= min_value"
    ),
    legal_basis=f"A factor of threat: {_THREAT.source}; the thresholds are operator's choice",
    limits=(
        "Capacity is what an `industry` record of the origin states; without one the rule cannot speak.",
        "Ample capacity may serve other markets; Article 3.7 asks for that too.",
        "A threat factor is no finding of a subsidy, of dumping or of injury.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE, Reason.CAPACITY_UNKNOWN),
    needs="seller_industry",
    reads=(Read("seller_industry", "capacity"), Read("seller_industry", "consumption")),
)
