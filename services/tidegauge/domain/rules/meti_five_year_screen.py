"""METI's screen: over five years the quantity is continuously large and rises while the unit price falls."""

from dataclasses import dataclass
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
    at_most,
    below,
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
from tidegauge.domain.rules.seasonal_kendall import median, seasonal_kendall, seasonal_slope
from tidegauge.domain.rules.sentences import price_sentences, price_sentences_ja
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import growth, in_view, months_of, ratio, total, year_before

YEARS: Final = 5
MONTHS: Final = YEARS * MONTHS_A_YEAR
_METI = Citation(
    "METI, Anti-Dumping Newsletter, December 2021: screening of about the last five years",
    "https://www.meti.go.jp/policy/external_economy/trade_control/boekikanri/trade-remedy/adnewsletter/contents/adn_dec2021.html",
)
PARAMETERS: Final = (
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in each of the five years"),
    Parameter("min_traded_months", 54.0, "months", "months with trade among the 60", least=0.0, most=60.0),
    Parameter("min_quantity_trend", 0.0, "fraction", "the quantity rises by more a year", _METI),
    Parameter("max_unit_value_trend", 0.0, "fraction", "the unit value changes by less a year", _METI),
    Parameter(
        "trend_significance", 0.10, "probability",
        "two-sided p-value below this, corrected for autocorrelation; each trend has one side of it",
        least=0.0, most=1.0,
    ),
    RELATIVE_PRICE,
)  # fmt: skip
_HELD = {"relative_unit_value_change": (Comparison.AT_MOST, RELATIVE_PRICE.name)}
_YEARS, _ENDS = Window.FIVE_YEARS, Window.FIVE_YEAR_CHANGE
_DEAR = (Reason.NOT_EVALUATED,)
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, _HELD),
    Figure("smallest_yearly_value", "Import value in the smallest of the five years", "5年間の最小年間輸入額",
           "{currency}", _YEARS, Comparison.AT_LEAST, "min_value", unknown=_DEAR),
    Figure("traded_months", "Months with trade", "輸入実績のある月数", "months", _YEARS, Comparison.AT_LEAST,
           "min_traded_months", unknown=_DEAR),
    Figure("five_year_quantity_change", "Change of quantity between the end points",
           "5年間の数量増減率(両端)", "%", _ENDS, unknown=_DEAR),
    Figure("five_year_unit_value_change", "Change of the unit value between the end points",
           "5年間の単価増減率(両端)", "%", _ENDS, unknown=_DEAR),
    Figure("quantity_trend", "Trend of the quantity a year", "数量のトレンド(年率)", "%", _YEARS,
           Comparison.ABOVE, "min_quantity_trend", unknown=_DEAR),
    Figure("unit_value_trend", "Trend of the unit value a year", "単価のトレンド(年率)", "%", _YEARS,
           Comparison.BELOW, "max_unit_value_trend", unknown=_DEAR),
    Figure("quantity_trend_p_value", "p-value of the trend of the quantity", "数量トレンドのp値",
           "probability", _YEARS, Comparison.BELOW, "trend_significance", unknown=_DEAR),
    Figure("unit_value_trend_p_value", "p-value of the trend of the unit value", "単価トレンドのp値",
           "probability", _YEARS, Comparison.BELOW, "trend_significance", unknown=_DEAR),
)  # fmt: skip
EXPLANATION: Final = f"""\
{{quantity_trend.window}}, imports of {{product}} from {{origin}} into {{reporter}} were large in every year \
(at least {{smallest_yearly_value:money}}, threshold {{smallest_yearly_value.threshold:money}}; trade in \
{{traded_months:count}} months). \
|| {{quantity_trend.window}}, how large imports of {{product}} from {{origin}} into {{reporter}} were each \
year is not known.
Their quantity {{quantity_trend:change}} a year and their customs unit value {{unit_value_trend:change}} a \
year, by the median slope between the same calendar months. \
|| The trends of quantity and customs unit value are not known.
Between the end points the quantity {{five_year_quantity_change:change}} and the unit value \
{{five_year_unit_value_change:change}}. || How the end points compare is not known.
{{quantity_change.window}}, the quantity {{quantity_change:change}}. ||
{price_sentences()}"""
EXPLANATION_JA: Final = f"""\
{{quantity_trend.window}}における{{reporter}}の{{origin}}からの{{product}}の輸入は、毎年継続して大きく\
(年間最小{{smallest_yearly_value:money}}、基準{{smallest_yearly_value.threshold:money}}、\
輸入実績{{traded_months:count}}か月)。\
|| {{quantity_trend.window}}における{{reporter}}の{{origin}}からの{{product}}の各年の輸入規模は不明。
同月間の傾きの中央値で、数量は年{{quantity_trend:change}}、単価(課税価格ベース)は年\
{{unit_value_trend:price}}。|| 数量と単価のトレンドは不明。
両端の比較では数量は{{five_year_quantity_change:change}}、単価は{{five_year_unit_value_change:price}}。\
|| 両端の比較は不明。
{{quantity_change.window}}の数量は{{quantity_change:change}}。||
{price_sentences_ja()}"""


@dataclass(frozen=True, slots=True)
class _FiveYears:
    """Quantity, unit value and value by month of the rows that passed the cheap conditions."""

    quantity: Floats  # [k, 60]
    price: Floats  # [k, 60] a month without trade has the unit value of its year
    yearly_quantity: Floats  # [k, 5]
    yearly_price: Floats  # [k, 5]
    yearly_value: Floats  # [k, 5]


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Size in every year, end points and trends (handbook 6.6); each dearer test only behind the cheaper."""
    price = price_evidence(view, Window.L12_CHANGE, number(parameters, RELATIVE_PRICE.name))
    first = view.month - MONTHS + 1
    known = view.alertable & view.covers(first)
    figures = {figure.name: np.full(len(view), np.nan) for figure in FIGURES} | price.figures
    rows = np.flatnonzero(may_fire(view, parameters) & known)
    _fill(view, rows, first, figures, parameters)
    floor = amount(view, parameters, "min_value")
    alpha = number(parameters, "trend_significance")
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        at_least(figures["smallest_yearly_value"], floor),
        at_least(figures["traded_months"], number(parameters, "min_traded_months")),
        above(figures["five_year_quantity_change"], 0.0),
        below(figures["five_year_unit_value_change"], 0.0),
        above(figures["quantity_trend"], number(parameters, "min_quantity_trend")),
        below(figures["unit_value_trend"], number(parameters, "max_unit_value_trend")),
        below(figures["quantity_trend_p_value"], alpha),
        below(figures["unit_value_trend_p_value"], alpha),
        _reached(np.isfinite(floor), rows),
    )
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NOT_ENOUGH_HISTORY, ~(known & in_view(view, view.month - 2 * MONTHS_A_YEAR + 1))),
        (Reason.NO_TRADE, price.quantity == 0.0),
    ]
    fired, reason = decide(stops, conditions)
    relative = at_most(price.figures["relative_unit_value_change"], number(parameters, RELATIVE_PRICE.name))
    confirmed = relative.met & (view.production == 1.0)
    level = severity(fired, confirmed, price.notes[Reason.WORLD_PRICE_MOVE])
    return Signals(fired, reason, level, figures, price.notes)


def _reached(known: Bools, rows: Ints) -> Condition:
    """Whether a row passed the cheap conditions: what did not is refuted, whatever else is unknown."""
    passed = np.zeros(len(known), dtype=np.bool_)
    passed[rows] = True
    return Condition(passed, known, Reason.THRESHOLD_NOT_CONVERTIBLE)


def _fill(
    view: PanelView, rows: Ints, first: int, figures: dict[str, Floats], parameters: Parameters
) -> None:
    """End points for the given rows, trends for those of them that rose in quantity and fell in price."""
    if not rows.size:
        return
    years = _five_years(view, rows, first)
    figures["smallest_yearly_value"][rows] = np.minimum.reduce(years.yearly_value, axis=1)
    figures["traded_months"][rows] = np.count_nonzero(years.quantity > 0.0, axis=1)
    volume = growth(years.yearly_quantity[:, -1], years.yearly_quantity[:, 0])
    price = growth(years.yearly_price[:, -1], years.yearly_price[:, 0])
    figures["five_year_quantity_change"][rows], figures["five_year_unit_value_change"][rows] = volume, price
    enough = figures["traded_months"][rows] >= number(parameters, "min_traded_months")
    some = np.flatnonzero((volume > 0.0) & (price < 0.0) & enough)
    if not some.size:
        return
    for name, monthly in (("quantity", years.quantity[some]), ("unit_value", years.price[some])):
        figures[f"{name}_trend_p_value"][rows[some]] = seasonal_kendall(monthly).p_value
        level = np.abs(median(monthly))
        figures[f"{name}_trend"][rows[some]] = ratio(seasonal_slope(monthly), level)


def _five_years(view: PanelView, rows: Ints, first: int) -> _FiveYears:
    quantity = view.quantity_history(rows, first)
    kg, value = view.paired_history(rows, first)
    shape = (len(rows), YEARS, MONTHS_A_YEAR)
    yearly_kg, yearly_value = (np.add.reduce(one.reshape(shape), axis=2) for one in (kg, value))
    yearly_price = ratio(yearly_value, yearly_kg)
    price = np.where(kg > 0.0, ratio(value, kg), np.repeat(yearly_price, MONTHS_A_YEAR, axis=1))
    yearly_quantity = np.add.reduce(quantity.reshape(shape), axis=2)
    return _FiveYears(quantity, price, yearly_quantity, yearly_price, yearly_value)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor in both last years, with hardly a month without trade."""
    now = months_of(Window.L12, glance.month)
    floor = amount(glance, parameters, "min_value")
    last, before = (total(glance, glance.value, months) for months in (now, year_before(now)))
    held = glance.quantity[:, -2 * MONTHS_A_YEAR :]
    gaps = np.count_nonzero(held <= 0.0, axis=1)
    traded: Bools = gaps <= MONTHS - number(parameters, "min_traded_months")
    return both(at_least(last, floor), at_least(before, floor)) & traded


RULE: Final = Rule(
    id="meti-five-year-screen",
    revision=1,
    title="Five years of rising quantity and falling price (METI screen)",
    title_ja="5年間の数量増加・単価下落(経済産業省方式)",
    family=Family.SURGE,
    units=(Unit.SERIES, Unit.PRODUCT),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these, over the 60 months ending at m\n"
        "size       V >= min_value in each of the five years, trade in >= min_traded_months\n"
        "end points Q(last 12) > Q(first 12) and P(last 12) < P(first 12)\n"
        "trends     seasonal slope of Q > min_quantity_trend and of P < max_unit_value_trend, a year\n"
        "           seasonal Mann-Kendall p < trend_significance for both (Hirsch and Slack's variance)"
    ),
    legal_basis=(
        "METI, newsletter of the trade remedy office: products whose import quantity is continuously large "
        "and rises while the unit price falls, over about five years; a screen, no finding"
    ),
    limits=(
        "What 'large', 'rising' and 'falling' mean in numbers is not published: these are ours.",
        (
            "Five years of one calendar month are few: a trend of one standard deviation of the noise over "
            "the five years is found in about a third of cases."
        ),
        (
            "On trendless series of which half carries over to the next month each test says 'trend' in 7 % "
            "of cases at the 10 % level (the plain one in 26 %), both together in 0.1 %."
        ),
        "A fall of the price at the very end does not show in a five-year trend.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
)
