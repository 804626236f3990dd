"""Imports from all origins increase so as a safeguard asks: recently, suddenly, sharply and significantly."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.decomposition import price_and_volume
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
    above,
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
from tidegauge.domain.rules.sentences import MOVED_WITH_THE_WORLD, price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, months_of, ratio, total, year_before
from tidegauge.domain.trade_remedy.safeguards import SG_91, SINGLE, TOGETHER, small_together

YEARS: Final = 5
MONTHS: Final = YEARS * MONTHS_A_YEAR
_PRODUCTION: Final = Read("industry", "production")
_SG_21 = Citation("Agreement on Safeguards Art. 2.1", "http://m.dybbs8.com/doc-353689088.html")
PARAMETERS: Final = (
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_recent_growth", 0.0, "fraction", "recent: six months on those a year before"),
    Parameter("min_sudden_growth", 0.20, "fraction", "sudden and sharp: L12 over P12"),
    Parameter("min_end_point_growth", 0.40, "fraction", "significant: L12 over the first of the five years"),
    Parameter("min_rising_years", 3.0, "years", "trend between: of four yearly steps", None, 0.0, 4.0),
    Parameter("min_relative_growth", 0.20, "fraction", "relative: Q over domestic production, L12 over P12"),
    Parameter("max_unit_value_change", -0.05, "fraction", "a fall that counts as the price test"),
    Parameter("small_share", SINGLE, "fraction", "Art. 9.1: an origin with at most this share", SG_91),
    Parameter("small_together", TOGETHER, "fraction", "Art. 9.1: such origins together, at most", SG_91),
    RELATIVE_PRICE,
)  # fmt: skip
_HELD = {
    "quantity_change": (Comparison.AT_LEAST, "min_sudden_growth"),
    "unit_value_change": (Comparison.AT_MOST, "max_unit_value_change"),
    "relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name),
    "value": (Comparison.AT_LEAST, "min_value"),
}
_DEAR = (Reason.NOT_EVALUATED, Reason.ZERO_BASE)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("recent_change", "Change of quantity in the last six months", "直近6か月の数量増減率", "%",
           Window.RECENT_CHANGE, Comparison.ABOVE, "min_recent_growth", unknown=(Reason.ZERO_BASE,)),
    Figure("end_point_change", "Change of quantity between the end points", "5年間の数量増減率(両端)", "%",
           Window.FIVE_YEAR_CHANGE, Comparison.AT_LEAST, "min_end_point_growth", unknown=_DEAR),
    Figure("rising_years", "Steps from year to year that rose", "前年を上回った年数", "years",
           Window.FIVE_YEARS, Comparison.AT_LEAST, "min_rising_years", unknown=_DEAR),
    Figure("production_change", "Change of domestic production", "国内生産の増減率", "%", Window.L12_CHANGE,
           unknown=(Reason.PRODUCTION_UNKNOWN,)),
    Figure("relative_change", "Change of imports relative to domestic production",
           "国内生産に対する輸入比率の増減率", "%", Window.L12_CHANGE, Comparison.AT_LEAST,
           "min_relative_growth", unknown=(Reason.PRODUCTION_UNKNOWN,)),
    Figure("value_by_price", "Part of the change of value due to the unit value", "輸入額増減のうち単価要因",
           "{currency}", Window.L12_CHANGE),
    Figure("value_by_quantity", "Part of the change of value due to the quantity", "輸入額増減のうち数量要因",
           "{currency}", Window.L12_CHANGE),
    Figure("small_origins", "Origins with a share within Art. 9.1", "第9条1の割合以下の原産国数", "origins",
           Window.L12, unknown=(Reason.NOT_EVALUATED,)),
    Figure("small_origins_share", "Share of the origins below it together", "同原産国の合計割合", "%",
           Window.L12, Comparison.AT_MOST, "small_together", unknown=(Reason.NOT_EVALUATED,)),
)  # fmt: skip
_FELL_WITH_THE_WORLD: Final = f"unit_value_change met, {MOVED_WITH_THE_WORLD}"
EXPLANATION: Final = f"""\
{{quantity_change.window}}, the quantity of imports of {{product}} from {{origin}} into {{reporter}} \
{{quantity_change:change}} (threshold {{quantity_change.threshold:size}}). \
|| {{quantity_change.window}}, how imports of {{product}} into {{reporter}} changed is not known.
{{recent_change.window}}, it {{recent_change:change}}. ||
Between the first and the last of five years it {{end_point_change:change}} (threshold \
{{end_point_change.threshold:size}}), and it rose in {{rising_years:count}} of the steps from year to year. \
|| How five years compare is not known.
Relative to domestic production the imports {{relative_change:change}} (threshold \
{{relative_change.threshold:size}}). || How they moved relative to domestic production is not known.
The import value was {{value:money}}, the customs unit value {{unit_value_change:change}}. ||
{{small_origins:count}} origins have a share that the Agreement on Safeguards calls small; those below it \
have {{small_origins_share:percent}} together (limit {{small_origins_share.threshold:percent}}): a measure \
may not apply to the developing Members among them. They count in the increase. ||
{price_sentences(_FELL_WITH_THE_WORLD)}"""
EXPLANATION_JA: Final = f"""\
{{quantity_change.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入数量は{{quantity_change:change}}\
(基準{{quantity_change.threshold:size}})。|| {{quantity_change.window}}における{{reporter}}の{{product}}の\
輸入数量の増減率は不明。
{{recent_change.window}}は{{recent_change:change}}。||
五年間の両端では{{end_point_change:change}}(基準{{end_point_change.threshold:size}})、\
前年を上回った年は{{rising_years:count}}回。|| 五年間の比較は不明。
国内生産に対する比率は{{relative_change:change}}(基準{{relative_change.threshold:size}})。\
|| 国内生産に対する比率の動きは不明。
輸入額は{{value:money}}、単価(課税価格ベース)は{{unit_value_change:price}}。||
セーフガード協定の少量輸入の割合以下の原産国は{{small_origins:count}}か国、これを下回る原産国の合計は\
{{small_origins_share:percent}}(上限{{small_origins_share.threshold:percent}})。このうち開発途上加盟国には\
措置を適用できない場合があるが、増加の算定からは除かない。||
{price_sentences_ja(_FELL_WITH_THE_WORLD)}"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """The absolute increase over five years, or the one relative to production (handbook 5.3).

    Where production is not known the absolute increase alone decides. Art. 9.1 is shown for rows that fire.
    """
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    figures = {figure.name: np.full(len(view), np.nan) for figure in FIGURES} | price.figures
    figures["recent_change"] = _recent(view)
    _relative(view, figures)
    _parts(view, figures)
    first = view.month - MONTHS + 1
    rows = np.flatnonzero(_rises(view, parameters) & view.covers(first))
    _five_years(view, rows, first, figures)
    floor = amount(view, parameters, "min_value")
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        above(figures["recent_change"], number(parameters, "min_recent_growth")),
        _increase(figures, parameters, np.isfinite(floor)),
    )
    stops = blocks(view, months_of(Window.P12, view.month)[0], price.quantity, price.base_quantity)
    fired, reason = decide([*stops, (Reason.NOT_ENOUGH_HISTORY, ~view.covers(first))], conditions)
    _article_91(view, np.flatnonzero(fired), figures, number(parameters, "small_share"))
    fell = at_most(figures["unit_value_change"], number(parameters, "max_unit_value_change")).met
    relative = at_most(figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name)).met
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: price.notes[Reason.WORLD_PRICE_MOVE] & fell,
        Reason.PRODUCTION_UNKNOWN: ~np.isfinite(figures["production_change"]),
    }
    level = severity(fell, relative & (view.production == 1.0), notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, notes)


def _increase(figures: dict[str, Floats], parameters: Parameters, known: Bools) -> Condition:
    """Absolute (sudden, significant, with the trend between) or relative where production is known."""
    sudden = at_least(figures["quantity_change"], number(parameters, "min_sudden_growth"))
    significant = at_least(figures["end_point_change"], number(parameters, "min_end_point_growth"))
    trend = at_least(figures["rising_years"], number(parameters, "min_rising_years"))
    relative = at_least(figures["relative_change"], number(parameters, "min_relative_growth"))
    met = both(sudden, significant, trend) | relative.met
    return Condition(met & known, known, Reason.THRESHOLD_NOT_CONVERTIBLE)


def _recent(glance: Glance) -> Floats:
    now = months_of(Window.RECENT_CHANGE, glance.month)
    return growth(total(glance, glance.quantity, now), total(glance, glance.quantity, year_before(now)))


def _relative(view: PanelView, figures: dict[str, Floats]) -> None:
    """Imports against domestic production: rates of change, so that any unit of production will do."""
    now = months_of(Window.L12, view.month)
    production = view.books.industry(_PRODUCTION.argument).values
    change = growth(total(view, production, now), total(view, production, year_before(now)))
    figures["production_change"] = change
    figures["relative_change"] = ratio(1.0 + figures["quantity_change"], 1.0 + change) - 1.0


def _parts(view: PanelView, figures: dict[str, Floats]) -> None:
    """What of the change of value comes from the unit value, and what from the quantity (LMDI, no rest)."""
    now = months_of(Window.L12, view.month)
    four = [
        total(view, figure, months)
        for months in (now, year_before(now))
        for figure in (view.paired_value, view.paired_quantity)
    ]
    figures["value_by_price"], figures["value_by_quantity"] = price_and_volume(*four)


def _five_years(view: PanelView, rows: Ints, first: int, figures: dict[str, Floats]) -> None:
    """End points and steps of the given rows."""
    monthly = view.quantity_history(rows, first).reshape(len(rows), YEARS, MONTHS_A_YEAR)
    yearly = np.add.reduce(monthly, axis=2)
    figures["end_point_change"][rows] = growth(yearly[:, -1], yearly[:, 0])
    figures["rising_years"][rows] = np.count_nonzero(np.diff(yearly, axis=1) > 0.0, axis=1)


def _article_91(view: PanelView, rows: Ints, figures: dict[str, Floats], single: float) -> None:
    """How many origins have at most the share of Art. 9.1, and what those below it have together."""
    if not rows.size:
        return
    found = view.origins(rows, *months_of(Window.L12, view.month))
    traded = found.supplier & (found.quantity > 0.0)
    sums = np.bincount(found.row, weights=found.quantity, minlength=len(rows))
    part = ratio(found.quantity, sums.astype(np.float64)[found.row])
    small = traded & at_most(part, single).met
    figures["small_origins"][rows] = np.bincount(found.row[small], minlength=len(rows))
    figures["small_origins_share"][rows] = 0.0
    figures["small_origins_share"][rows[found.row]] = small_together(part, traded, found.row)


def _rises(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor, and the recent increase."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    recent = above(_recent(glance), number(parameters, "min_recent_growth"))
    return both(at_least(value, amount(glance, parameters, "min_value")), recent)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the floor, the recent increase, and a sudden one or a production to compare with."""
    now = months_of(Window.L12, glance.month)
    quantity, base = (total(glance, glance.quantity, months) for months in (now, year_before(now)))
    sudden = at_least(growth(quantity, base), number(parameters, "min_sudden_growth"))
    return _rises(glance, parameters) & (sudden.met | glance.concerns(_PRODUCTION))


RULE: Final = Rule(
    id="safeguard-increase",
    revision=1,
    title="Increase of imports from all origins (safeguard)",
    title_ja="全原産国からの輸入増加(セーフガード)",
    family=Family.SURGE,
    units=(Unit.PRODUCT,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: size and recent, and the absolute or the relative increase\n"
        "size      V(L12) >= min_value\n"
        "recent    Q(six months) / Q(same a year before) - 1 > min_recent_growth\n"
        "absolute  Q(L12) / Q(P12) - 1 >= min_sudden_growth, and over the first of five years\n"
        "          >= min_end_point_growth, rising in >= min_rising_years of the four steps between\n"
        "relative  (Q / domestic production)(L12) / (P12) - 1 >= min_relative_growth\n"
        "Art. 9.1  origins with a share <= small_share; those below it together <= small_together (shown)"
    ),
    legal_basis=(
        f"{_SG_21.source}: increased quantities, absolute or relative to domestic production; 'recent, "
        "sudden, sharp and significant' is the Appellate Body's reading in Argentina - Footwear, DS121 "
        "(unverified quotation). An increase is no finding of serious injury"
    ),
    limits=(
        "No text puts numbers to recent, sudden, sharp and significant: these are the operator's choice.",
        "Unforeseen developments, injury and causation are not in import figures.",
        "Which small origins are developing Members is for the reader to say; none is left out.",
        "Without production figures only the absolute increase is tested.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE, Reason.PRODUCTION_UNKNOWN),
    reads=(_PRODUCTION,),
)
