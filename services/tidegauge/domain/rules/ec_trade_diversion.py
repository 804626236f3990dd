"""EC "Monitoring trade diversion": year-to-date volume up, unit value down, and what confirms it."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, days_between, january
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    amount,
    at_least,
    at_most,
    blocks,
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.level_shift import (
    KEPT_SHARE,
    LevelShift,
    best_shifts,
    fit_positions,
    last_testable,
)  # fmt: skip
from tidegauge.domain.rules.price_evidence import (
    PRICE_REASONS,
    RELATIVE_PRICE,
    PriceEvidence,
    price_evidence,
    shared_figures,
)  # fmt: skip
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, total, year_before

_RECENT = 16  # months before m where the second variant of C1 begins to look
_DAYS_A_WEEK = 7
_HIT = Citation(
    "European Commission, Import Surveillance Task Force: five conditions of a hit, reported on 4 July 2025",
    "https://www.francechimienormandie.fr/risques-de-detournement-de-flux-vers-leurope-la-commission-publie-sa-deuxieme-analyse",
)
_FAQ = Citation(
    "European Commission, Monitoring trade diversion: frequently asked questions (EUR 100,000 before)",
    "https://policy.trade.ec.europa.eu/enforcement-and-protection/trade-defence/monitoring-trade-diversion/monitoring-trade-diversion-frequently-asked-questions_en",
)
_LTS = Citation(
    "Rousseeuw, Perrotta, Riani and Hubert, Econometrics and Statistics 9 (2019) 108-121, and routine LTSts",
    "https://ideas.repec.org/a/eee/ecosta/v9y2019icp108-121.html",
)

PARAMETERS: Final = (
    Parameter("min_quantity_growth", 0.05, "fraction", "C2: growth of the year-to-date quantity", _HIT),
    Parameter("max_unit_value_change", -0.05, "fraction", "C3: change of the year-to-date unit value", _HIT),
    Parameter(
        "min_weekly_value", Money(200_000.0, "EUR"), "currency", "C4: average weekly import value", _FAQ
    ),
    Parameter(
        "c1_significance", 0.01, "probability", "C1: Bonferroni-adjusted p-value below this", _LTS, 0.0, 1.0
    ),
    Parameter(
        "c1_kept_share", KEPT_SHARE, "fraction", "C1: part of the months that the fit keeps", _LTS, 0.5, 1.0
    ),
    RELATIVE_PRICE,
)
_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_quantity_growth"),
    "unit_value_change": (Comparison.AT_MOST, "max_unit_value_change"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
}
_FIT = (Reason.C1_NOT_TESTABLE, Reason.NOT_EVALUATED)
_SHIFT = Window.CALENDAR_SHIFT
FIGURES: Final = (
    *shared_figures(Window.YTD_CHANGE, _HELD),
    Figure("weekly_value", "Average weekly import value", "週平均輸入額", "{currency}", Window.YTD,
           Comparison.AT_LEAST, "min_weekly_value"),
    Figure("c1", "C1 structural change upward since January", "C1 構造変化(1月以降の上方シフト)", "yes/no",
           _SHIFT, unknown=_FIT),
    Figure("c2", "C2 quantity up", "C2 数量増", "yes/no", Window.YTD_CHANGE, unknown=(Reason.ZERO_BASE,)),
    Figure("c3", "C3 unit value down", "C3 単価下落", "yes/no", Window.YTD_CHANGE),
    Figure("c4", "C4 value large enough", "C4 輸入額の規模", "yes/no", Window.YTD,
           unknown=(Reason.THRESHOLD_NOT_CONVERTIBLE,)),
    Figure("c5", "C5 domestic production exists", "C5 国内生産の有無", "yes/no", Window.MONTH,
           unknown=(Reason.PRODUCTION_UNKNOWN,)),
    Figure("c1_p_value", "C1 p-value of the level shift", "C1 レベルシフトのp値", "probability", _SHIFT,
           Comparison.BELOW, "c1_significance", unknown=_FIT),
    Figure("c1_shift_month", "C1 first month on the new level", "C1 シフト開始月", "month", _SHIFT,
           unknown=_FIT),
    Figure("c1_recent", "C1 looked for in the recent months", "C1(直近の月を対象とする変形)",
           "yes/no", _SHIFT, unknown=_FIT),
)  # fmt: skip

EXPLANATION: Final = f"""\
{{quantity_change.window}}, the quantity of imports of {{product}} from {{origin}} into {{reporter}} \
{{quantity_change:change}} and their customs unit value {{unit_value_change:change}} (thresholds: a rise of \
{{quantity_change.threshold:size}}, a fall of {{unit_value_change.threshold:size}}). \
|| {{quantity_change.window}}, the change in quantity or customs unit value of imports of {{product}} \
from {{origin}} into {{reporter}} is not known.
The average weekly import value was {{weekly_value:money}}, against a threshold of \
{{weekly_value.threshold:money}}. || The average weekly import value, or its threshold in this currency, \
is not known.
{price_sentences()}
The structural change upward that the published method also asks for is {{c1:found}}. \
|| Whether there is a structural change upward is not known.
Domestic production {{c5:exists}}. || Whether there is domestic production is not known."""
EXPLANATION_JA: Final = f"""\
{{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量は{{quantity_change:change}}、\
単価(課税価格ベース)は{{unit_value_change:price}}(基準:{{quantity_change.threshold:size}}の増加、\
{{unit_value_change.threshold:size}}の下落)。\
|| {{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量または\
単価の増減率は不明。
週平均輸入額は{{weekly_value:money}}(基準値{{weekly_value.threshold:money}})。\
|| 週平均輸入額またはその基準値は不明。
{price_sentences_ja()}
公表手法が併せて求める上方への構造変化は{{c1:found}}。|| 上方への構造変化の有無は不明。
国内生産は{{c5:exists}}。|| 国内生産の有無は不明。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Fired is C2 and C3 and C4 (handbook 1.2); C1 is fitted for fired rows only, C5 is shown.

    `c1_not_testable` is noted where the fit leaves no month of this year to test, or history is short.
    """
    price = price_evidence(view, Window.YTD_CHANGE, number(parameters, RELATIVE_PRICE.name))
    start = january(view.month)
    weekly = _weekly_value(view)
    floor = amount(view, parameters, "min_weekly_value")
    conditions = (
        at_least(price.figures["quantity_change"], number(parameters, "min_quantity_growth")),
        at_most(price.figures["unit_value_change"], number(parameters, "max_unit_value_change")),
        at_least(weekly, floor),
    )
    baseline = start - MONTHS_A_YEAR
    stops = blocks(view, baseline, price.quantity, price.base_quantity)
    fired, reason = decide(stops, (convertible(floor), *conditions))
    shift, not_testable = _structural_change(view, fired, parameters)
    figures = price.figures | {"weekly_value": weekly} | shift
    figures |= {f"c{number}": condition.column() for number, condition in enumerate(conditions, start=2)}
    figures["c5"] = view.production.copy()
    notes = price.notes | {
        Reason.C1_NOT_TESTABLE: not_testable,
        Reason.PRODUCTION_UNKNOWN: ~np.isfinite(view.production),
    }
    level = severity(
        fired, _confirmed(view, price, figures["c1"], parameters), notes[Reason.WORLD_PRICE_MOVE]
    )
    return Signals(fired, reason, level, figures, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] C2 and C4: the gate before unit values and fits."""
    window = january(glance.month), glance.month
    now, base = (total(glance, glance.quantity, months) for months in (window, year_before(window)))
    grows = at_least(growth(now, base), number(parameters, "min_quantity_growth"))
    return both(at_least(_weekly_value(glance), amount(glance, parameters, "min_weekly_value")), grows)


def _weekly_value(glance: Glance) -> Floats:
    """[n] V(January..m) a week."""
    start = january(glance.month)
    weeks = days_between(start, glance.month) / _DAYS_A_WEEK
    return total(glance, glance.value, (start, glance.month)) / weeks


def _confirmed(view: PanelView, price: PriceEvidence, c1: Floats, parameters: Parameters) -> Bools:
    """[n] C1, or a fall relative to the benchmark with known production."""
    relative = at_most(price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name))
    confirmed: Bools = (c1 == 1.0) | (relative.met & (view.production == 1.0))
    return confirmed


def _structural_change(
    view: PanelView, gated: Bools, parameters: Parameters
) -> tuple[dict[str, Floats], Bools]:
    """C1 of the gated rows, NaN elsewhere, and where it cannot be tested.

    The window runs from January of the second year before. The calendar variant looks for the shift in
    January..m-p, the recent variant in m-16..m-p; one set of fits serves both.
    """
    n, first = len(view), january(view.month) - 2 * MONTHS_A_YEAR
    names = ("c1", "c1_p_value", "c1_shift_month", "c1_recent")
    figures = {name: np.full(n, np.nan) for name in names}
    length = view.month - first + 1
    last, this_year, recent = last_testable(length), 2 * MONTHS_A_YEAR, length - 1 - _RECENT
    not_testable = gated & (~view.covers(first) | (last < this_year))
    rows = np.flatnonzero(gated & view.covers(first))
    if rows.size == 0:
        return figures, not_testable
    y = view.quantity_history(rows, first)
    fits = fit_positions(y, recent, last, number(parameters, "c1_kept_share"))
    late, shift = best_shifts(fits, [(recent, last), (this_year, last)])
    figures["c1_recent"][rows] = _upward(late, parameters)
    if last >= this_year:
        figures["c1"][rows] = _upward(shift, parameters)
        figures["c1_p_value"][rows] = np.where(shift.testable, shift.p_value, np.nan)
        figures["c1_shift_month"][rows] = np.where(shift.testable, first + shift.position, np.nan)
        not_testable[rows] |= ~shift.testable
    return figures, not_testable


def _upward(shift: LevelShift, parameters: Parameters) -> Floats:
    found = (shift.p_value < number(parameters, "c1_significance")) & (shift.delta > 0.0)
    return np.where(shift.testable, found.astype(np.float64), np.nan)


RULE: Final = Rule(
    id="ec-trade-diversion",
    revision=1,
    title="EC trade diversion monitor",
    title_ja="欧州委員会・貿易転換モニタリング",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: C2 and C3 and C4, every month m, window January..m\n"
        "C1  structural change upward against the two calendar years before (level shift, shown)\n"
        "C2  Q(January..m) / Q(same months a year before) - 1 >= min_quantity_growth\n"
        "C3  P(January..m) / P(same months a year before) - 1 <= max_unit_value_change, P = V / Q\n"
        "C4  V(January..m) / (days in the window / 7) >= min_weekly_value\n"
        "C5  domestic production exists (shown; unknown is said and does not block)\n"
        "The published hit is all five."
    ),
    legal_basis=(
        "European Commission, Import Surveillance Task Force, monitoring of trade diversion: "
        "a monitor, no finding; no measure follows from a hit by itself"
    ),
    limits=(
        (
            "C1 leaves the last five months of its window untested: January to May give c1_not_testable, and "
            "a surge that starts late in a year is never confirmed."
        ),
        "C1 takes a steady climb for trend.",
        (
            "C1 takes errors for independent: where half of the noise carries over to the next month, it "
            "says 'upward' in 3 to 4 % of trendless cases instead of 0.5 %."
        ),
        "Year-to-date windows start again each January: a hit in January rests on one month.",
        "The Commission looks at all origins together; the same test per origin is ours.",
        "Which quantity and weeks the Commission uses is not published: net mass and days / 7 are ours.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.C1_NOT_TESTABLE,
        Reason.PRODUCTION_UNKNOWN,
    ),
)
