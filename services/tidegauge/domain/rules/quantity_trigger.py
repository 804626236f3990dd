"""Imports of a designated scope pass the published quantity of an instrument in its own year."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tidegauge.domain.alerts import SEVERITIES, Family, Severity
from tidegauge.domain.arrays import Bools
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, month_text
from tidegauge.domain.rules.base import Figure, Parameter, Parameters, Reason, Rule, Signals, Window
from tidegauge.domain.rules.conditions import above, at_least, decide, number
from tidegauge.domain.rules.price_evidence import PRICE_REASONS, price_evidence, shared_figures
from tidegauge.domain.rules.trigger_quantities import Standing, standing
from tidegauge.domain.rules.windows import months_of, ratio, total
from tidegauge.domain.trade_remedy.volume_trigger import AOA_54

PARAMETERS: Final = (
    Parameter("part_of_level", 1.0, "fraction", "cumulative quantity as a part of the level",
              AOA_54, least=0.0),
)  # fmt: skip
_NONE: Final = (Reason.NO_TRIGGER, Reason.TRIGGER_NOT_COMPUTABLE)
FIGURES: Final = (
    Figure("instrument", "Instrument", "根拠となる制度", "text", Window.MONTH, unknown=(Reason.NO_TRIGGER,)),
    Figure("own_year", "The trigger's own year so far", "制度上の年度の経過期間", "text", Window.MONTH,
           unknown=(Reason.NO_TRIGGER,)),
    Figure("counted_in", "Unit of quantity", "数量の単位", "text", Window.MONTH,
           unknown=(Reason.NO_TRIGGER,)),
    Figure("cumulative", "Cumulative quantity of the own year", "年度累計数量", "{quantity}", Window.MONTH,
           unknown=_NONE),
    Figure("level", "Trigger level", "発動基準数量", "{quantity}", Window.MONTH, unknown=_NONE),
    Figure("part", "Cumulative quantity as a part of the level", "発動基準数量に対する割合", "%",
           Window.MONTH,
           Comparison.ABOVE, "part_of_level", key=True, unknown=_NONE),
    Figure("exceeded_month", "Month in which the level was passed", "基準を超えた月", "month", Window.MONTH,
           unknown=(Reason.NOT_EVALUATED,)),
    Figure("activation_month", "Month from whose first day an additional duty would apply (Japan)",
           "追加関税の発動日が属する月(日本)", "month", Window.MONTH,
           unknown=(Reason.NOT_APPLICABLE, Reason.NOT_EVALUATED)),
    *shared_figures(Window.L12_CHANGE, {}),
)  # fmt: skip
EXPLANATION: Final = """\
Under {instrument:text}, imports of {product} into {reporter} came to {cumulative:count} \
{counted_in:text} in the \
trigger's own year so far ({own_year:text}): {part:percent} of the level of {level:count} {counted_in:text} \
(passed above {part.threshold:percent}). || No trigger of {product} in {reporter} can be compared with.
The level was passed in {exceeded_month}. ||
An additional duty would apply from the first day of {activation_month}. ||
Quantities under a tariff quota count for the level and pay no additional duty."""
EXPLANATION_JA: Final = """\
{instrument:text}に基づく{reporter}の{product}の年度累計輸入数量({own_year:text})は{cumulative:count} \
{counted_in:text}で、発動基準数量{level:count} \
{counted_in:text}の{part:percent}(基準:{part.threshold:percent}超)。\
|| {reporter}の{product}について比較できる発動基準はない。
基準を超えた月は{exceeded_month}。||
追加関税の発動日は{activation_month}の初日となる。||
関税割当内の数量は基準に算入されるが、追加関税の対象とはならない。"""


def evaluate(view: PanelView, parameters: Parameters) -> Signals:
    """Cumulative imports of the own year > the level, of the trigger in force that is furthest exceeded."""
    price, limit = price_evidence(view, Window.L12_CHANGE), number(parameters, "part_of_level")
    told = _most_exceeded(view)
    columns = {name: np.full(len(view), np.nan) for name in
               ("cumulative", "level", "part", "exceeded_month", "activation_month")}  # fmt: skip
    words = {name: [""] * len(view) for name in ("instrument", "own_year", "counted_in")}
    for row, one in told.items():
        words["instrument"][row] = one.instrument
        words["own_year"][row] = f"{month_text(one.start)}..{month_text(view.month)}"
        words["counted_in"][row] = view.basis[row]
        columns["cumulative"][row], columns["level"][row] = one.cumulative[-1], one.level[-1]
        passed = one.passed(limit)
        columns["exceeded_month"][row] = np.nan if passed is None else passed
        columns["activation_month"][row] = np.nan if passed is None else one.activation(passed)
    columns["part"] = ratio(columns["cumulative"], columns["level"])
    none = np.array([row not in told for row in range(len(view))], np.bool_)
    stops = [(Reason.NEVER_ALERTS, ~view.alertable), (Reason.NOT_MET, none)]
    stops.append((Reason.NOT_ENOUGH_HISTORY, _not_held(view, told)))
    fired, reason = decide(stops, (above(columns["part"], limit, Reason.TRIGGER_NOT_COMPUTABLE),))
    notes = price.notes | {
        Reason.NO_TRIGGER: none,
        Reason.WORLD_PRICE_MOVE: np.zeros(len(view), np.bool_),
        Reason.NOT_APPLICABLE: np.isnan(columns["activation_month"]) & np.isfinite(columns["exceeded_month"]),
    }
    texts = {name: tuple(said) for name, said in words.items()}
    figures = columns | price.figures | {name: np.where(none, np.nan, 1.0) for name in texts}
    level = np.full(len(view), SEVERITIES.index(Severity.WATCH), np.uint8)  # a published level, not a guess
    return Signals(fired, reason, level, figures, notes, texts)


def may_fire(glance: Glance, parameters: Parameters) -> Bools:  # noqa: ARG001 - no parameter is cheap to hold
    """[n] scopes with imports in twelve months."""
    now = total(glance, glance.quantity, months_of(Window.L12, glance.month))
    return at_least(now, np.finfo(np.float64).tiny).met


def _most_exceeded(view: PanelView) -> dict[int, Standing]:
    """Where a row stands on the trigger that it has gone furthest of; of equal ones on the first by key."""
    found = view.books.triggers()
    told: dict[int, Standing] = {}
    for row, trigger in zip(found.row.tolist(), found.records, strict=True):
        if not _counts(trigger):
            continue
        one = standing(view, row, trigger)
        if row not in told or one.part() > told[row].part():
            told[row] = one
    return told


def _counts(trigger: Mapping[str, Any]) -> bool:
    """Whether a trigger is one of quantity; a trigger price is another rule's."""
    return trigger.get("level") is not None or bool(trigger.get("formula"))


def _not_held(view: PanelView, told: Mapping[int, Standing]) -> Bools:
    """[n] rows whose own year, or the years that its level rests on, begin before what is held."""
    found = np.zeros(len(view), np.bool_)
    for row, one in told.items():
        found[row] = view.span_start[row] > one.first
    return found


RULE: Final = Rule(
    id="quantity-trigger",
    revision=1,
    title="Published quantity trigger",
    title_ja="数量発動基準",
    family=Family.SURGE,
    units=(Unit.SCOPE,),
    parameters=PARAMETERS,
    figures=FIGURES,
    window_months=5 * MONTHS_A_YEAR,
    columns=2 * MONTHS_A_YEAR,
    fire_after=1,
    clear_after=2,
    formula=(
        "fires: cumulative quantity of the trigger's own year > part_of_level * level, origins as the "
        "trigger says\n"
        "own year  from the month of `period` (YYYY-MM..YYYY-MM), else of `valid_from`, twelve months\n"
        "level     as published, or by its formula:\n"
        "   AoA 5.4: base * mean of imports of three calendar years + change of consumption, at least 105 "
        "% of the\n"
        "   mean; base 125, 110 or 105 % by imports in consumption up to 10, 30 or above 30 %; "
        "consumption not\n"
        "   known: 125 % of the mean\n"
        "   N % of the previous year (or of the mean of the three previous years) to the end of the quarter\n"
        "of several triggers in force the one that is furthest exceeded is told"
    ),
    legal_basis=(
        f"{AOA_54.source}; other instruments as the `trigger` record names them. Only scopes that a record "
        "designates for the reporter"
    ),
    limits=(
        "Goods en route under a contract settled before count, and pay no duty by volume.",
        "A formula that is not one of those above is not computed, and said so.",
        "Consumption is an `industry` record of a code that all products of the scope begin with.",
    ),
    may_fire=may_fire,
    evaluate=evaluate,
    explanation=EXPLANATION,
    explanation_ja=EXPLANATION_JA,
    reasons=(*PRICE_REASONS, Reason.NO_TRIGGER, Reason.TRIGGER_NOT_COMPUTABLE),
    needs="triggers",
    reads=(Read("triggers"), Read("industry", "consumption")),
)
