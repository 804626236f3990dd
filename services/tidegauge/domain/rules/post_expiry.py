"""A measure here ended: eighteen months of watch over what comes back."""

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
from tidegauge.domain.rules.measure_evidence import MEASURE, described
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    price_evidence,
    shared_figures,
)
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.since import MONTHS, NO_EVENT, Moves, covered, first_steps, moves
from tidegauge.domain.rules.windows import months_of, ratio, total

_WATCHED_MONTHS = 18
_KTC = Citation(
    "Korea Trade Commission: since 2001, monthly import growth and market share of items whose anti-dumping "
    "duty expired, for 1 to 1.5 years",
    "https://www.hankyung.com/economy/article/2001120269721",
)
PARAMETERS: Final = (
    Parameter("months_watched", float(_WATCHED_MONTHS), "months", "how long after the end", _KTC,
              least=1.0, most=24.0),
    Parameter("min_months_after", 3.0, "months", "full months since the end", least=1.0, most=12.0),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_quantity_change", 0.20, "fraction", "quantity since the end on the same months before"),
    Parameter("min_share_gain", 0.0, "fraction", "share since the end less share in the same months before"),
    Parameter("max_unit_value_change", -0.05, "fraction", "a fall that counts as the price test"),
    RELATIVE_PRICE,
)  # fmt: skip
FIGURES: Final = (
    *MEASURE,
    Figure("months_after", "Months since the measure ended", "措置終了後の月数", "months", Window.THREE_YEARS,
           Comparison.AT_LEAST, "min_months_after"),
    Figure("quantity_change_since", "Change of quantity since the end", "終了後の輸入数量の増減率", "%",
           Window.THREE_YEARS, Comparison.AT_LEAST, "min_quantity_change", key=True,
           unknown=(Reason.ZERO_BASE,)),
    Figure("unit_value_change_since", "Change of the customs unit value since the end",
           "終了後の単価の増減率", "%", Window.THREE_YEARS,
           Comparison.AT_MOST, "max_unit_value_change", key=True),
    Figure("share_before", "Share before the end", "終了前の割合", "%", Window.THREE_YEARS,
           unknown=(Reason.NOT_EVALUATED,)),
    Figure("share_since", "Share since the end", "終了後の割合", "%", Window.THREE_YEARS,
           unknown=(Reason.NOT_EVALUATED,)),
    Figure("share_gain_since", "Gain of share since the end", "終了後の割合の上昇幅", "points",
           Window.THREE_YEARS, Comparison.AT_LEAST, "min_share_gain", unknown=(Reason.NOT_EVALUATED,)),
    *shared_figures(Window.L12_CHANGE, {
        "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
        "value": (Comparison.AT_LEAST, "min_value"),
    }),
)  # fmt: skip
EXPLANATION: Final = f"""\
In {{measure_month}}, the measure ({{measure_kind}}) of {{measure_authority}} against {{product}} from \
{{origin}} ended. || No measure of {{reporter}} against {{product}} from {{origin}} is known to have ended.
In the {{months_after:count}} months since, at most a year, the quantity imported into {{reporter}} \
{{quantity_change_since:change}} against the same months before it (threshold \
{{quantity_change_since.threshold:size}}). || How the quantity moved in {{reporter}} since is not known.
The share of all origins went from {{share_before:percent}} to {{share_since:percent}}. || How the share \
moved since is not known.
The customs unit value {{unit_value_change_since:change}}. || How the unit value moved since is not known.
The import value in twelve months was {{value:money}}. || The import value is not known.
{price_sentences()}"""
EXPLANATION_JA: Final = f"""\
{{measure_month}}、{{origin}}産の{{product}}に対する{{measure_authority}}の措置({{measure_kind}})が終了した。\
|| {{origin}}産の{{product}}に対する{{reporter}}の措置の終了は確認されていない。
その後の{{months_after:count}}か月(最長一年)における{{reporter}}の輸入数量は、終了前の同月に比べ\
{{quantity_change_since:change}}(基準{{quantity_change_since.threshold:size}})。\
|| その後の{{reporter}}の輸入数量の増減率は不明。
全原産国に占める割合は{{share_before:percent}}から{{share_since:percent}}へ推移。|| その後の割合の推移は不明。
単価(課税価格ベース)は{{unit_value_change_since:price}}。|| その後の単価の増減率は不明。
{{value.window}}の輸入額は{{value:money}}。|| 輸入額は不明。
{price_sentences_ja()}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A measure here that ended, then more and a greater share; a falling unit value is the price test."""
    watched = int(number(parameters, "months_watched"))
    steps = view.books.measures_here(view.month - watched + 1, view.month)
    event = first_steps(steps, len(view), ("expires",))
    moved, floor, ended = moves(view, event), amount(view, parameters, "min_value"), event != NO_EVENT
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    own = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        Condition(ended, np.ones_like(ended), Reason.NOT_MET),
        at_least(moved.months, number(parameters, "min_months_after")),
        at_least(moved.quantity_change, number(parameters, "min_quantity_change"), Reason.ZERO_BASE),
    )
    rows = np.flatnonzero(both(*own))
    before, since = _shares(view, rows, event, moved)
    stops = blocks(view, view.month - MONTHS_A_YEAR + 1, price.quantity, np.ones(len(view)))
    stops.append((Reason.NOT_ENOUGH_HISTORY, ~covered(view, event)))
    gain = at_least(since - before, number(parameters, "min_share_gain"), Reason.FIGURE_UNKNOWN)
    fired, reason = decide(stops, (*own, gain))
    figures = price.figures | described(steps, event) | {
        "months_after": moved.months,
        "quantity_change_since": moved.quantity_change,
        "unit_value_change_since": moved.unit_value_change,
        "share_before": before,
        "share_since": since,
        "share_gain_since": since - before,
    }  # fmt: skip
    fell = at_most(moved.unit_value_change, number(parameters, "max_unit_value_change")).met
    relative = at_most(
        price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)
    ).met
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: price.notes[Reason.WORLD_PRICE_MOVE] & fell}
    level = severity(fell, relative & (view.production == 1.0), notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor; rows that no measure names are left out before."""
    now = months_of(Window.L12, glance.month)
    return at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")).met


def _shares(view: PanelView, rows: Ints, event: Ints, moved: Moves) -> tuple[Floats, Floats]:
    """[n] share of all origins' quantity before and since the end; NaN for rows that are not looked at."""
    before, since = np.full(len(view), np.nan), np.full(len(view), np.nan)
    if len(rows):
        found = by_origin(view, rows, event[rows])
        all_before = summed(found.row, found.quantity_before, len(view))
        all_since = summed(found.row, found.quantity, len(view))
        before[rows] = ratio(moved.quantity_before, all_before)[rows]
        since[rows] = ratio(moved.quantity, all_since)[rows]
    return before, since


RULE: Final = Rule(
    id="post-expiry",
    revision=1,
    title="Return after a measure ended",
    title_ja="措置終了後の輸入回復",
    family=Family.DIVERSION,
    units=(Unit.SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; e the month in which a measure of the reporter (or its union) against the\n"
        "product and origin ended, within the last months_watched months; 'after' the last 12 months that\n"
        "follow e, 'before' for each the last same calendar month that does not\n"
        "after has at least min_months_after months\n"
        "Q(after) / Q(before) - 1 >= min_quantity_change\n"
        "share(after) - share(before) >= min_share_gain\n"
        "V(L12) >= min_value\n"
        "price test  P(after) / P(before) - 1 <= max_unit_value_change (severity only)"
    ),
    legal_basis=(
        "Operator's choice after the post-expiry watch of the Korea Trade Commission; a return of imports is "
        "no finding of dumping"
    ),
    limits=(
        "Under a measure imports are low: growth afterwards is expected, the share says more.",
        "An origin without imports in the year before the end has no growth rate; new-entrant sees it.",
        "Growth and share thresholds are operator's choice.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    needs="measures_here",
    reads=(Read("measures_here"),),
)
