"""Another country acts against an origin, and what it no longer takes comes here, and cheaper."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.around import by_origin, summed
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
from tidegauge.domain.rules.measure_evidence import MEASURE, described, of_kind
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.since import MONTHS, NO_EVENT, WATCHED, Moves, covered, first_steps, moves
from tidegauge.domain.rules.windows import growth, months_of, ratio, total

_DEFLECTION = Citation(
    "Bown and Crowley, Trade deflection and trade depression, Journal of International Economics 72 (2007): "
    "a measure elsewhere in the last 24 months on the same HS6 and exporter",
    "https://mafiadoc.com/trade-deflection-and-trade-depression-ssrn-papers_5adbad4f7f8b9a403c8b45c5.html",
)
PARAMETERS: Final = (
    Parameter("months_watched", float(WATCHED), "months", "how long a measure elsewhere is looked at",
              _DEFLECTION, least=1.0, most=float(WATCHED)),
    Parameter("min_months_after", 3.0, "months", "full months since the measure", least=1.0, most=12.0),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_quantity_change", 0.10, "fraction",
              "quantity since the measure against the same months before, and that against the control"),
    Parameter("max_unit_value_change", -0.05, "fraction",
              "unit value since the measure against the same months before, and that against the control"),
    RELATIVE_PRICE,
)  # fmt: skip
_OWN = (Comparison.AT_LEAST, "min_quantity_change"), (Comparison.AT_MOST, "max_unit_value_change")
_UNKNOWN: Final = (Reason.NOT_EVALUATED, Reason.FIGURE_UNKNOWN)
FIGURES: Final = (
    *MEASURE,
    Figure("months_after", "Months since the measure", "措置後の月数", "months", Window.THREE_YEARS,
           Comparison.AT_LEAST, "min_months_after"),
    Figure("quantity_change_since", "Change of quantity since the measure", "措置後の輸入数量の増減率", "%",
           Window.THREE_YEARS, *_OWN[0], key=True, unknown=(Reason.ZERO_BASE,)),
    Figure("unit_value_change_since", "Change of the customs unit value since the measure",
           "措置後の単価の増減率", "%", Window.THREE_YEARS, *_OWN[1], key=True),
    Figure("quantity_change_on_control", "The change of quantity against that of origins without a measure",
           "措置対象外の原産国に対する輸入数量の相対的な増減率", "%", Window.THREE_YEARS, *_OWN[0],
           unknown=(Reason.NO_CONTROL, *_UNKNOWN)),
    Figure("unit_value_change_on_control",
           "The change of the customs unit value against that of origins without a measure",
           "措置対象外の原産国に対する単価の相対的な増減率", "%", Window.THREE_YEARS, *_OWN[1],
           unknown=(Reason.NO_CONTROL, *_UNKNOWN)),
    *shared_figures(Window.L12_CHANGE, {
        "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
        "value": (Comparison.AT_LEAST, "min_value"),
    }),
)  # fmt: skip
EXPLANATION: Final = f"""\
In {{measure_month}}, {{measure_authority}} took a step ({{measure_kind}}) against {{product}} from \
{{origin}}. \
|| No measure elsewhere against {{product}} from {{origin}} is known.
In the {{months_after:count}} months since, at most a year, the quantity imported into {{reporter}} \
{{quantity_change_since:change}} against the same months before it (threshold \
{{quantity_change_since.threshold:size}}). || How the quantity moved in {{reporter}} since is not known.
The customs unit value {{unit_value_change_since:change}} (threshold a fall of \
{{unit_value_change_since.threshold:size}}). || How the customs unit value moved since is not known.
Against origins without such a measure, the quantity {{quantity_change_on_control:change}} and the unit \
value {{unit_value_change_on_control:change}}. || There is no origin to compare with.
The import value in twelve months was {{value:money}}. || The import value is not known.
{price_sentences()}"""
EXPLANATION_JA: Final = f"""\
{{measure_month}}、{{measure_authority}}が{{origin}}産の{{product}}に対する措置({{measure_kind}})を進めた。\
|| {{origin}}産の{{product}}に対する第三国の措置は確認されていない。
その後の{{months_after:count}}か月(最長一年)における{{reporter}}の輸入数量は、措置前の同月に比べ\
{{quantity_change_since:change}}(基準{{quantity_change_since.threshold:size}})。\
|| その後の{{reporter}}の輸入数量の増減率は不明。
単価(課税価格ベース)は{{unit_value_change_since:price}}(基準{{unit_value_change_since.threshold:size}}の下落)。\
|| その後の単価の増減率は不明。
措置を受けていない原産国と比べると、数量は{{quantity_change_on_control:change}}、単価は\
{{unit_value_change_on_control:price}}。|| 措置を受けていない原産国との比較はできない。
{{value.window}}の輸入額は{{value:money}}。|| 輸入額は不明。
{price_sentences_ja()}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A measure elsewhere, then more at a lower price here, on its own history and against a control."""
    watched = int(number(parameters, "months_watched"))
    steps = view.books.measures_elsewhere(view.month - watched + 1, view.month)
    event = first_steps(steps, len(view))
    moved = moves(view, event)
    least, most = number(parameters, "min_quantity_change"), number(parameters, "max_unit_value_change")
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    floor, measured = amount(view, parameters, "min_value"), event != NO_EVENT
    own = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        Condition(measured, np.ones_like(measured), Reason.NOT_MET),
        at_least(moved.months, number(parameters, "min_months_after")),
        at_least(moved.quantity_change, least, Reason.ZERO_BASE),
        at_most(moved.unit_value_change, most),
    )
    rows = np.flatnonzero(both(*own))
    quantity, unit_value = _against_control(view, rows, event, moved)
    against = (at_least(quantity, least, Reason.NO_CONTROL), at_most(unit_value, most, Reason.NO_CONTROL))
    stops = [(Reason.NOT_ENOUGH_HISTORY, ~covered(view, event))]
    base = view.month - MONTHS_A_YEAR + 1
    stops = blocks(view, base, price.quantity, np.ones(len(view))) + stops
    fired, reason = decide(stops, (*own, *against))
    figures = price.figures | described(steps, event) | {
        "months_after": moved.months,
        "quantity_change_since": moved.quantity_change,
        "unit_value_change_since": moved.unit_value_change,
        "quantity_change_on_control": quantity,
        "unit_value_change_on_control": unit_value,
    }  # fmt: skip
    notes = price.notes | {Reason.CVD_ELSEWHERE: of_kind(steps, "CVD", len(view))}
    compared = np.isin(np.arange(len(view)), rows)
    notes[Reason.NO_CONTROL] = compared & ~np.isfinite(quantity)
    notes[Reason.NOT_EVALUATED] = ~compared
    relative = at_most(
        price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)
    ).met
    level = severity(fired, relative & (view.production == 1.0), notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor; rows that no measure names are left out before."""
    now = months_of(Window.L12, glance.month)
    return at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")).met


def _against_control(view: PanelView, rows: Ints, event: Ints, moved: Moves) -> tuple[Floats, Floats]:
    """[n] changes of quantity and unit value relative to origins without a measure; NaN without such."""
    quantity, unit_value = np.full(len(view), np.nan), np.full(len(view), np.nan)
    if len(rows):
        found = by_origin(view, rows, event[rows])
        affected = view.books.of_origins(found.row, found.part)
        measured = np.zeros(len(found.row), np.bool_)
        measured[affected.measures_elsewhere(view.month - WATCHED + 1, view.month).row] = True
        control = found.supplier & ~measured & (found.part != view.origin[found.row])
        sums = [
            summed(found.row[control], part[control], len(view))
            for part in (found.quantity, found.value, found.quantity_before, found.value_before)
        ]
        price, price_before = ratio(sums[1], sums[0]), ratio(sums[3], sums[2])
        quantity[rows] = _relative(moved.quantity_change, growth(sums[0], sums[2]))[rows]
        unit_value[rows] = _relative(moved.unit_value_change, growth(price, price_before))[rows]
    return quantity, unit_value


def _relative(change: Floats, control: Floats) -> Floats:
    return ratio(1.0 + change, 1.0 + control) - 1.0


RULE: Final = Rule(
    id="third-country-measure",
    revision=1,
    title="Deflection after a measure elsewhere",
    title_ja="第三国の措置後の迂回流入",
    family=Family.DIVERSION,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; s the first step (initiation, provisional or definitive) of a measure of\n"
        "another authority on the same HS6 and origin in the last months_watched months; 'after' the last\n"
        "12 months that follow s, 'before' for each the last same calendar month that does not\n"
        "after has at least min_months_after months\n"
        "Q(after) / Q(before) - 1 >= min_quantity_change, P(after) / P(before) - 1 <= max_unit_value_change\n"
        "the same of (1 + change) / (1 + change of the control) - 1, control: origins without one\n"
        "V(L12) >= min_value\n"
        "a countervailing duty among the measures adds the family subsidy"
    ),
    legal_basis=(
        "Operator's choice after Bown and Crowley (2007): a measure elsewhere raises the exporter's sales "
        "to third markets by 5 to 7 %; a sign of diversion, not a finding of dumping"
    ),
    limits=(
        "A measure is known only as far as registers were read; its codes are compared on six HS digits.",
        "A measure on part of a heading shows the whole heading here.",
        "Changes of 10 % and 5 % are operator's choice.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.NO_CONTROL,
        Reason.CVD_ELSEWHERE,
    ),
    needs="measures_elsewhere",
    reads=(Read("measures_elsewhere"),),
)
