"""After a measure here, the same origin's goods arrive under a neighbouring code of the scope."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books.prefixes import speaks_of
from tidegauge.domain.codes import product_code
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.row_books import Read, Steps
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.around import Around, by_product, most_gained, summed
from tidegauge.domain.rules.base import Figure, Money, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import (
    Condition,
    amount,
    at_least,
    at_most,
    blocks,
    convertible,
    decide,
    number,
)  # fmt: skip
from tidegauge.domain.rules.measure_evidence import MEASURE, described
from tidegauge.domain.rules.origin_switch import METI
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.since import MONTHS, NO_EVENT, WATCHED, covered, first_steps
from tidegauge.domain.rules.windows import growth, months_of, ratio, total

PARAMETERS: Final = (
    Parameter("months_watched", float(WATCHED), "months", "how long a measure here is looked at",
              least=1.0, most=float(WATCHED)),
    Parameter("min_months_after", 3.0, "months", "full months since the measure", least=1.0, most=12.0),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value of the scope in L12"),
    Parameter("max_covered_change", -0.20, "fraction", "quantity under the codes of the measure since it"),
    Parameter("min_switch_share", 0.25, "fraction",
              "gain under the other codes of the scope, as a part of what the measure's codes lost"),
    Parameter("min_neighbour_change", 0.10, "fraction", "quantity under the other codes since the measure"),
)  # fmt: skip
FIGURES: Final = (
    *MEASURE,
    Figure("months_after", "Months since the measure", "措置後の月数", "months", Window.THREE_YEARS,
           Comparison.AT_LEAST, "min_months_after"),
    Figure("covered_change", "Change of quantity under the codes of the measure",
           "措置対象品目の輸入数量の増減率",
           "%", Window.THREE_YEARS, Comparison.AT_MOST, "max_covered_change", key=True,
           unknown=(Reason.ZERO_BASE,)),
    Figure("neighbour_change", "Change of quantity under the other codes of the scope",
           "隣接品目の輸入数量の増減率", "%", Window.THREE_YEARS, Comparison.AT_LEAST, "min_neighbour_change",
           key=True, unknown=(Reason.ZERO_BASE,)),
    Figure("switch_share", "Gain under the other codes as a part of the loss",
           "減少分に対する隣接品目の増加分の割合",
           "%", Window.THREE_YEARS, Comparison.AT_LEAST, "min_switch_share"),
    Figure("neighbour", "Code that gained most", "最も増加した品目", "text", Window.THREE_YEARS),
    *shared_figures(Window.L12_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
)  # fmt: skip
EXPLANATION: Final = """\
In {measure_month}, {measure_authority} took a step ({measure_kind}) against codes of {product} from \
{origin}. \
|| No measure of {reporter} against {product} from {origin} is known.
In the {months_after:count} months since, at most a year, the quantity under these codes \
{covered_change:change} \
against the same months before it (threshold a fall of {covered_change.threshold:size}). \
|| How the quantity under these codes moved since is not known.
The quantity under the other codes of the scope {neighbour_change:change}, the most under {neighbour:text}. \
|| How the other codes of the scope moved is not known.
The gain is {switch_share:percent} of the loss (threshold {switch_share.threshold:percent}). \
|| There is no loss to compare the gain with.
The import value of the scope was {value:money}. || The import value is not known.
Whether the goods are the same is for an inquiry to find."""
EXPLANATION_JA: Final = """\
{measure_month}、{measure_authority}が{origin}産の{product}の一部品目に対する措置({measure_kind})を進めた。\
|| {origin}産の{product}に対する{reporter}の措置は確認されていない。
その後の{months_after:count}か月(最長一年)における当該品目の輸入数量は、措置前の同月に比べ{covered_change:change}\
(基準{covered_change.threshold:size}の減少)。|| その後の当該品目の輸入数量の増減率は不明。
同じ対象範囲の他の品目の輸入数量は{neighbour_change:change}、最も増加したのは{neighbour:text}。\
|| 同じ対象範囲の他の品目の輸入数量の増減率は不明。
増加分は減少分の{switch_share:percent}(基準{switch_share.threshold:percent})。|| 比較すべき減少はない。
対象範囲の輸入額は{value:money}。|| 輸入額は不明。
同一の貨物かどうかは調査による。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A measure here on some codes of a scope, then these down and others of the same origin up."""
    watched = int(number(parameters, "months_watched"))
    steps = view.books.measures_here(view.month - watched + 1, view.month)
    event = first_steps(steps, len(view))
    price, floor = price_evidence(view, Window.L12_CHANGE), amount(view, parameters, "min_value")
    measured = event != NO_EVENT
    moved, neighbours = _moves(view, steps, event)
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        Condition(measured, np.ones_like(measured), Reason.NOT_MET),
        at_least(moved["months_after"], number(parameters, "min_months_after")),
        at_most(moved["covered_change"], number(parameters, "max_covered_change"), Reason.ZERO_BASE),
        at_least(moved["switch_share"], number(parameters, "min_switch_share")),
        _risen(moved, number(parameters, "min_neighbour_change")),
    )
    stops = blocks(view, view.month - MONTHS_A_YEAR + 1, price.quantity, np.ones(len(view)))
    stops.append((Reason.NOT_ENOUGH_HISTORY, ~covered(view, event)))
    fired, reason = decide(stops, conditions)
    nowhere = np.zeros(len(view), np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    level = severity(fired, nowhere, nowhere)  # two tests: some codes down, others up
    figures = price.figures | described(steps, event) | moved
    figures["neighbour"] = np.where([bool(code) for code in neighbours], 1.0, np.nan)
    return Signals(fired, reason, level, figures, notes, {"neighbour": neighbours})


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor."""
    now = months_of(Window.L12, glance.month)
    return at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")).met


def _moves(view: PanelView, steps: Steps, event: Ints) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """[n] how the codes of the measure and the others moved since each row's event, and who gained most."""
    names = ("months_after", "covered_change", "neighbour_change", "switch_share")
    moved = {name: np.full(len(view), np.nan) for name in names}
    rows = np.flatnonzero(event != NO_EVENT)
    if not len(rows):
        return moved, ("",) * len(view)
    found = by_product(view, rows, event[rows])
    named = _named(steps, found)
    (lost, kept), (base, gained) = (
        tuple(
            summed(found.row[some], part[some], len(view)) for part in (found.quantity_before, found.quantity)
        )
        for some in (named, ~named)
    )
    moved["months_after"][rows] = np.minimum(view.month - event[rows], MONTHS_A_YEAR)
    moved["covered_change"][rows] = growth(kept, lost)[rows]
    moved["neighbour_change"][rows] = growth(gained, base)[rows]
    moved["switch_share"][rows] = ratio(gained - base, lost - kept)[rows]
    return moved, _gained_most(found, ~named, len(view))


def _named(steps: Steps, found: Around) -> Bools:
    """[s] whether a measure against the row's origin names the product; asked once a distinct pair."""
    codes: dict[int, set[str]] = {}
    for row, record in zip(steps.row.tolist(), steps.records, strict=True):
        codes.setdefault(row, set()).update(record["products"])
    pairs = zip(found.row.tolist(), found.part.tolist(), strict=True)
    return np.array(
        [speaks_of(codes[row], product_code(part), abroad=False) for row, part in pairs], np.bool_
    )


def _gained_most(found: Around, others: Bools, rows: int) -> tuple[str, ...]:
    """[rows] the code that gained most under none of the measure's, "" where none gained."""
    owners, most, _ = most_gained(found, others)
    named = dict(zip(owners.tolist(), found.part[most].tolist(), strict=True))
    return tuple(product_code(named[row]) if row in named else "" for row in range(rows))


def _risen(moved: dict[str, Floats], least: float) -> Condition:
    """Whether the other codes rose by so much; codes under which nothing came before did."""
    risen = at_least(moved["neighbour_change"], least)
    new = ~risen.known & (moved["switch_share"] > 0.0)
    return Condition(risen.met | new, risen.known | new, Reason.ZERO_BASE)


RULE: Final = Rule(
    id="code-switch",
    revision=1,
    title="Switch of code after a measure",
    title_ja="措置後の品目分類の切替え",
    family=Family.DIVERSION,
    units=(Unit.SCOPE_SERIES,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; s the first step (initiation, provisional or definitive) of a measure of the\n"
        "reporter (or its union) against the origin and some codes of the scope in the last "
        "months_watched months;\n"
        "'after' the last 12 months that follow s, 'before' for each the last same calendar month that "
        "does not\n"
        "after has at least min_months_after months\n"
        "Q under the measure's codes(after) / (before) - 1 <= max_covered_change\n"
        "switch share: what the other codes of the scope gained / what the measure's codes lost\n"
        "   >= min_switch_share; their Q(after) / Q(before) - 1 >= min_neighbour_change, or they are new\n"
        "V(L12) of the scope from the origin >= min_value"
    ),
    legal_basis=(
        f"Operator's choice after: {METI.source}; boron was added to steel wire of 7217.20, which then "
        f"entered "
        "under 7229.90, and Japan widened its scope (2022)"
    ),
    limits=(
        "Speaks of scopes only: what is a neighbour is for the desk or the association to say.",
        "Quantities are net masses, also where the scope is counted in another unit.",
        "All thresholds are operator's choice.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRADE, Reason.THRESHOLD_NOT_CONVERTIBLE),
    needs="measures_here",
    reads=(Read("measures_here"),),
)
