"""Dependency after CEPII's GeoDep: imports come from few origins, and more is imported than exported."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats
from tidegauge.domain.books.units import KILOGRAM
from tidegauge.domain.concentration import herfindahl
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
    both,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.windows import Months, earlier, in_view, months_of, total

YEARS: Final = 3
MONTHS: Final = YEARS * MONTHS_A_YEAR
NO_EXPORTS: Final = 9999.0  # the ratio where exports are nil, as published
_EXPORTS: Final = Read("industry", "export")
_GEODEP = Citation("CEPII, GeoDep", "https://cepii.fr/cepii/en/bdd_modele/bdd_modele_item.asp?id=41")
PARAMETERS: Final = (
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value in L12"),
    Parameter("min_concentration", 0.4, "index", "Herfindahl index of imports, more than", _GEODEP, 0.0, 1.0),
    Parameter("min_world_concentration", 0.4, "index", "of world exports, where known", _GEODEP, 0.0, 1.0),
    Parameter("min_import_ratio", 1.0, "times", "imports over exports, more than", _GEODEP, 0.0),
    Parameter("min_years", 2.0, "years", "of the last three in which all hold", _GEODEP, 1.0, 3.0),
)
_Spread = tuple[Floats, Floats]  # [n] index of imports, [n] share of the largest supplier
FIGURES: Final = (
    *shared_figures(Window.L12_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
    Figure("concentration", "Herfindahl index of imports by origin", "輸入元のハーフィンダール指数", "index",
           Window.L12, Comparison.ABOVE, "min_concentration", key=True, unknown=(Reason.NO_TRADE,)),
    Figure("largest_share", "Share of the largest origin by value", "最大輸入元の割合(金額)", "%", Window.L12,
           unknown=(Reason.NO_TRADE,)),
    Figure("world_concentration", "Herfindahl index of world exports", "世界輸出のハーフィンダール指数",
           "index", Window.L12, Comparison.ABOVE, "min_world_concentration",
           unknown=(Reason.WORLD_EXPORTS_UNKNOWN,)),
    Figure("import_ratio", "Imports over exports", "輸出に対する輸入の倍率", "times", Window.L12,
           Comparison.ABOVE, "min_import_ratio", unknown=(Reason.EXPORTS_UNKNOWN,)),
    Figure("years_met", "Years in which all hold", "全条件を満たす年数", "years", Window.THREE_YEARS,
           Comparison.AT_LEAST, "min_years", unknown=(Reason.EXPORTS_UNKNOWN,)),
)  # fmt: skip
EXPLANATION: Final = """\
{concentration.window}, imports of {product} into {reporter} rest on few origins: the Herfindahl index is \
{concentration:number} (threshold: more than {concentration.threshold:number}), the largest origin has \
{largest_share:percent} of the value. \
|| {concentration.window}, how imports of {product} into {reporter} spread over origins is not known.
Imports are {import_ratio:number} times exports (threshold: more than {import_ratio.threshold:number}). \
|| Exports are not known, so that dependency cannot be told.
This held in {years_met:count} of the last years (threshold {years_met.threshold:count}). \
|| In how many years this held is not known.
The import value was {value:money}.|| The import value is not known."""
EXPLANATION_JA: Final = """\
{concentration.window}における{reporter}の{product}の輸入は少数の原産国に集中し、ハーフィンダール指数は\
{concentration:number}(基準:{concentration.threshold:number}超)、最大の輸入元は金額の{largest_share:percent}。\
|| {concentration.window}における{reporter}の{product}の輸入元の集中度は不明。
輸入は輸出の{import_ratio:number}倍(基準:{import_ratio.threshold:number}倍超)。|| 輸出が不明のため\
依存度は判定できない。
直近の{years_met:count}年で該当(基準{years_met.threshold:count}年)。|| 該当した年数は不明。
輸入額は{value:money}。|| 輸入額は不明。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Concentrated and more imported than exported, in two of three years (handbook 7.1)."""
    price = price_evidence(view, Window.L12_CHANGE)
    now = months_of(Window.L12, view.month)
    years = [earlier(now, back * MONTHS_A_YEAR) for back in range(YEARS)]
    spread = [_concentration(view, months) for months in years]
    tests = [_year(view, *each, parameters) for each in zip(years, spread, strict=True)]
    held = np.add.reduce([one.met for one in tests], axis=0).astype(np.float64)
    open_years = np.add.reduce([~one.known for one in tests], axis=0)
    wanted = number(parameters, "min_years")
    enough = at_least(held, wanted).met
    dependent = Condition(enough, enough | ~at_least(held + open_years, wanted).met, Reason.EXPORTS_UNKNOWN)
    floor = amount(view, parameters, "min_value")
    conditions = (convertible(floor), at_least(price.figures["value"], floor), dependent)
    first = years[-1][0]
    stops = [
        (Reason.NEVER_ALERTS, ~view.alertable),
        (Reason.NOT_ENOUGH_HISTORY, ~in_view(view, first)),
        (Reason.NO_TRADE, price.quantity == 0.0),
    ]
    fired, reason = decide(stops, conditions)
    figures = (
        price.figures | _shown(view, now, spread[0]) | {"years_met": np.where(dependent.known, held, np.nan)}
    )
    nowhere = np.zeros(len(view), dtype=np.bool_)
    notes = price.notes | {
        Reason.WORLD_PRICE_MOVE: nowhere,
        Reason.EXPORTS_UNKNOWN: ~np.isfinite(figures["import_ratio"]),
    }
    return Signals(fired, reason, severity(nowhere, nowhere, nowhere), figures, notes)


def _year(view: PanelView, months: Months, spread: _Spread, parameters: Parameters) -> Condition:
    """Both conditions of one year; refuted as soon as one is, unknown only for want of exports."""
    concentrated = above(spread[0], number(parameters, "min_concentration"))
    more = above(_ratio(view, months), number(parameters, "min_import_ratio"))
    refuted = ~concentrated.met | (more.known & ~more.met)
    return Condition(both(concentrated, more), refuted | more.known, Reason.EXPORTS_UNKNOWN)


def _shown(view: PanelView, months: Months, spread: _Spread) -> dict[str, Floats]:
    concentration, largest = spread
    return {
        "concentration": concentration,
        "largest_share": largest,
        "world_concentration": np.full(len(view), np.nan),
        "import_ratio": _ratio(view, months),
    }


def _concentration(view: PanelView, months: Months) -> _Spread:
    """The index of imports by value [n], and the largest supplier's share [n]; NaN outside the view."""
    if not len(view.months) or months[0] < int(view.months[0]):
        return np.full(len(view), np.nan), np.full(len(view), np.nan)
    found = view.origins(np.arange(len(view)), *months)
    index = herfindahl(found.row, found.value, found.supplier, len(view))
    sums = np.bincount(found.row, weights=found.value, minlength=len(view))
    largest = np.zeros(len(view))
    np.maximum.at(largest, found.row, np.where(found.supplier, found.value, 0.0))
    return index, np.where(np.isfinite(index), largest / np.where(sums > 0.0, sums, 1.0), np.nan)


def _ratio(view: PanelView, months: Months) -> Floats:
    """[n] imports over exports, by mass where exports are masses, else by value in the feed's currency."""
    exports = view.books.industry(_EXPORTS.argument)
    units = np.array(exports.units, dtype=object)
    own = np.array([feed.currency for feed in view.feeds], dtype=object)[view.feed]
    by_mass = units == KILOGRAM
    imported = np.where(by_mass, total(view, view.quantity, months), total(view, view.value, months))
    exported = np.where(by_mass | (units == own), total(view, exports.values, months), np.nan)
    nil = exported <= 0.0
    return np.where(nil, NO_EXPORTS, imported / np.where(nil, 1.0, exported))


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor, for products whose exports a book could tell."""
    value = total(glance, glance.value, months_of(Window.L12, glance.month))
    return glance.concerns(_EXPORTS) & at_least(value, amount(glance, parameters, "min_value")).met


RULE: Final = Rule(
    id="geodep",
    revision=2,
    title="Import dependency (GeoDep)",
    title_ja="輸入依存度(GeoDep)",
    family=Family.DEPENDENCY,
    units=(Unit.PRODUCT, Unit.SCOPE),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: V(L12) >= min_value, and both in >= min_years of the three years ending at m\n"
        "concentration  sum over origins of (V of the origin / V)^2 > min_concentration\n"
        "import ratio   imports / exports > min_import_ratio, 9999 where exports are nil\n"
        "world exports  their index > min_world_concentration: shown, where known"
    ),
    legal_basis="CEPII, GeoDep: indicators of geographic dependency; a state, no finding against a seller",
    limits=(
        "GeoDep works on HS6: a code of eight or ten digits is narrower, its concentration higher.",
        "A scope of the six digits holds the codes below them together.",
        "Exports come from `industry` records (indicator `export`); without them it says exports_unknown.",
        "Exports known of a broader code alone are held against it as they are: the ratio is a floor.",
        "World exports are in no feed: the second published criterion is not tested.",
        "Origins not declared or pooled count in the total and as no supplier: the index is a floor.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(
        *PRICE_REASONS,
        Reason.NO_TRADE,
        Reason.THRESHOLD_NOT_CONVERTIBLE,
        Reason.EXPORTS_UNKNOWN,
        Reason.WORLD_EXPORTS_UNKNOWN,
    ),
    reads=(_EXPORTS,),
)
