"""After a measure here, the origin that it names sends less and another one more: the same goods, perhaps."""

from typing import Final

import numpy as np

from tidegauge.domain.alerts import Family
from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.codes import country_number
from tidegauge.domain.evidence import Citation, Comparison
from tidegauge.domain.panel.row_books import Read, Steps
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.domain.rules.around import Around, by_origin, most_gained, summed
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
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.severity import severity
from tidegauge.domain.rules.since import MONTHS, NO_EVENT, WATCHED, covered, first_steps
from tidegauge.domain.rules.windows import growth, months_of, ratio, total

METI: Final = Citation(
    "Working group on anti-circumvention (METI and MOF, 2025): after a measure, a drop from the targeted "
    "origin "
    "with a rise from a third origin of the same HS, or a rise in a neighbouring HS code",
    "https://www.mof.go.jp/about_mof/councils/futorenbaiwg/futorenbaiwg_gijihaihu/wg20251010.html",
)
PARAMETERS: Final = (
    Parameter("months_watched", float(WATCHED), "months", "how long a measure here is looked at",
              least=1.0, most=float(WATCHED)),
    Parameter("min_months_after", 3.0, "months", "full months since the measure", least=1.0, most=12.0),
    Parameter("min_value", Money(1_000_000.0, "EUR"), "currency", "import value of all origins in L12"),
    Parameter("max_targeted_change", -0.20, "fraction", "quantity of the targeted origins since the measure"),
    Parameter("min_switch_share", 0.25, "fraction",
              "gain of the origin that gained most, as a part of what the targeted ones lost"),
    Parameter("min_riser_change", 0.10, "fraction", "quantity of that origin since the measure"),
)  # fmt: skip
FIGURES: Final = (
    *MEASURE,
    Figure("months_after", "Months since the measure", "措置後の月数", "months", Window.THREE_YEARS,
           Comparison.AT_LEAST, "min_months_after"),
    Figure("targeted_change", "Change of quantity of the targeted origins", "措置対象国の輸入数量の増減率",
           "%",
           Window.THREE_YEARS, Comparison.AT_MOST, "max_targeted_change", key=True),
    Figure("riser", "Origin that gained most", "最も増加した原産国", "country", Window.THREE_YEARS),
    Figure("riser_change", "Change of quantity of the origin that gained most",
           "最も増加した原産国の数量の増減率",
           "%", Window.THREE_YEARS, Comparison.AT_LEAST, "min_riser_change", unknown=(Reason.ZERO_BASE,)),
    Figure("switch_share", "Gain of that origin as a part of the loss",
           "減少分に対する当該国の増加分の割合", "%",
           Window.THREE_YEARS, Comparison.AT_LEAST, "min_switch_share", key=True),
    *shared_figures(Window.L12_CHANGE, {"value": (Comparison.AT_LEAST, "min_value")}),
)  # fmt: skip
EXPLANATION: Final = """\
In {measure_month}, {measure_authority} took a step ({measure_kind}) against {product} from some origins. \
|| No measure of {reporter} against {product} is known.
In the {months_after:count} months since, at most a year, the quantity of these origins \
{targeted_change:change} \
against the same months before it (threshold a fall of {targeted_change.threshold:size}). \
|| How the quantity of these origins moved since is not known.
{riser} gained most, {switch_share:percent} of what they lost (threshold {switch_share.threshold:percent}). \
|| No other origin gained.
The quantity of that origin {riser_change:change}. ||
The quantity of all origins {quantity_change:change} in a year, worth {value:money}. \
|| How the quantity of all origins moved is not known.
Trade may move for other reasons: whether the goods are the same is for an inquiry to find."""
EXPLANATION_JA: Final = """\
{measure_month}、{measure_authority}が一部の国の{product}に対する措置({measure_kind})を進めた。\
|| {product}に対する{reporter}の措置は確認されていない。
その後の{months_after:count}か月(最長一年)における措置対象国の輸入数量は、措置前の同月に比べ{targeted_change:change}\
(基準{targeted_change.threshold:size}の減少)。|| その後の措置対象国の輸入数量の増減率は不明。
最も増加したのは{riser}で、減少分の{switch_share:percent}に相当(基準{switch_share.threshold:percent})。\
|| 増加した国はない。
当該国の数量は{riser_change:change}。||
全原産国の輸入数量は一年で{quantity_change:change}、輸入額は{value:money}。|| 全体の輸入数量の増減率は不明。
貿易の変化には他の理由もあり得る。同一の貨物かどうかは調査による。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """A measure here, then the targeted origins down and another one up by a good part of it."""
    watched = int(number(parameters, "months_watched"))
    steps = _named(view.books.measures_here(view.month - watched + 1, view.month))
    event = first_steps(steps, len(view))
    price, floor, measured = price_evidence(view, Window.L12_CHANGE), amount(view, parameters, "min_value"), \
        event != NO_EVENT  # fmt: skip
    moved = _moves(view, steps, event)
    conditions = (
        convertible(floor),
        at_least(price.figures["value"], floor),
        Condition(measured, np.ones_like(measured), Reason.NOT_MET),
        at_least(moved["months_after"], number(parameters, "min_months_after")),
        at_most(moved["targeted_change"], number(parameters, "max_targeted_change"), Reason.ZERO_BASE),
        at_least(moved["switch_share"], number(parameters, "min_switch_share")),
        _risen(moved, number(parameters, "min_riser_change")),
    )
    stops = blocks(view, view.month - MONTHS_A_YEAR + 1, price.quantity, np.ones(len(view)))
    stops.append((Reason.NOT_ENOUGH_HISTORY, ~covered(view, event)))
    fired, reason = decide(stops, conditions)
    nowhere = np.zeros(len(view), np.bool_)
    notes = price.notes | {Reason.WORLD_PRICE_MOVE: nowhere}
    level = severity(fired, nowhere, nowhere)  # two tests: one origin down, another one up
    return Signals(fired, reason, level, price.figures | described(steps, event) | moved, notes)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:
    """[n] the value floor; rows that no measure names are left out before."""
    now = months_of(Window.L12, glance.month)
    return at_least(total(glance, glance.value, now), amount(glance, parameters, "min_value")).met


def _named(steps: Steps) -> Steps:
    """Steps of measures that name their target: one against all origins leaves nowhere to go."""
    kept = np.flatnonzero([bool(record.get("target")) for record in steps.records])
    places = kept.tolist()
    return Steps(
        steps.row[kept],
        steps.month[kept],
        tuple(steps.stage[place] for place in places),
        tuple(steps.records[place] for place in places),
    )


def _moves(view: PanelView, steps: Steps, event: Ints) -> dict[str, Floats]:
    """[n] how targeted and other origins moved since each row's event; NaN without one."""
    names = ("months_after", "targeted_change", "riser", "riser_change", "switch_share")
    moved = {name: np.full(len(view), np.nan) for name in names}
    rows = np.flatnonzero(event != NO_EVENT)
    if len(rows):
        found = by_origin(view, rows, event[rows])
        targets = [country_number(record["target"]) for record in steps.records]
        named = np.isin(_pairs(found.row, found.part), _pairs(steps.row, np.array(targets, np.int64)))
        before, now = (
            summed(found.row[named], part[named], len(view))
            for part in (found.quantity_before, found.quantity)
        )
        moved["months_after"][rows] = np.minimum(view.month - event[rows], MONTHS_A_YEAR)
        moved["targeted_change"][rows] = growth(now, before)[rows]
        _riser(found, found.supplier & ~named, before - now, moved)
    return moved


def _riser(found: Around, others: Bools, loss: Floats, moved: dict[str, Floats]) -> None:
    """Enter the origin that gained most of each row, and its gain as a part of the loss."""
    rows, most, gain = most_gained(found, others)
    moved["riser"][rows] = found.part[most]
    moved["riser_change"][rows] = growth(found.quantity[most], found.quantity_before[most])
    moved["switch_share"][:] = np.where(np.isfinite(moved["targeted_change"]), 0.0, np.nan)
    moved["switch_share"][rows] = ratio(gain, loss[rows])


def _risen(moved: dict[str, Floats], least: float) -> Condition:
    """Whether the riser rose by so much; an origin that was not there before did."""
    risen = at_least(moved["riser_change"], least)
    new = np.isfinite(moved["riser"]) & ~risen.known
    return Condition(risen.met | new, risen.known | new | np.isfinite(moved["switch_share"]), risen.unknown)


def _pairs(row: Ints, origin: Ints) -> Ints:
    packed: Ints = (row << 10) | origin
    return packed


RULE: Final = Rule(
    id="origin-switch",
    revision=1,
    title="Switch of origin after a measure",
    title_ja="措置後の原産国の切替え",
    family=Family.DIVERSION,
    units=(Unit.SCOPE, Unit.PRODUCT),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=MONTHS,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: all of these; s the first step (initiation, provisional or definitive) of a measure of the\n"
        "reporter (or its union) against named origins in the last months_watched months; 'after' the "
        "last 12\n"
        "months that follow s, 'before' for each the last same calendar month that does not\n"
        "after has at least min_months_after months\n"
        "Q of the named origins(after) / (before) - 1 <= max_targeted_change\n"
        "switch share: (Q(after) - Q(before)) of the other origin that gained most / what the named ones "
        "lost\n"
        "   >= min_switch_share; that origin's Q(after) / Q(before) - 1 >= min_riser_change, or it is new\n"
        "V(L12) of all origins >= min_value"
    ),
    legal_basis=f"Operator's choice after: {METI.source}",
    limits=(
        "A switch of origin is no circumvention by itself: buyers may simply turn to others.",
        "Of several measures in the window the first month counts, with the targets of all.",
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
