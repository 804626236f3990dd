"""Runs the rules over a slice of product groups at one month, and finds the rows that say something new."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.episodes import Code, fired_code
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Glance, PanelView, Unit
from tidegauge.domain.rules.base import REASON_CODE, REASONS, SPEAKS, Reason, Rule, Signals
from tidegauge.domain.rules.combine import raised
from tidegauge.domain.rules.evaluate import annotated, evaluate_rule, evaluate_some, may_fire
from tidegauge.domain.rules.parts import place, take
from tidegauge.domain.ruleset import Ruleset

_SPEAKS = np.array([reason in SPEAKS for reason in REASONS])  # by REASON_CODE


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one rule says about the subjects of one view."""

    rule: Rule
    view: PanelView
    signals: Signals
    subjects: Ints  # [n] series ids, or group ids for the unit PRODUCT
    groups: Ints  # [n]

    def codes(self) -> Ints:
        """[n] episode codes; an open month may fire but never clears."""
        speaks = _SPEAKS[self.signals.reason]
        quiet = np.where(speaks & self.view.closed, int(Code.CLEAR), int(Code.UNKNOWN))
        codes: Ints = np.where(
            self.signals.fired, fired_code(0) + self.signals.severity.astype(np.int64), quiet
        )
        return codes


Tracked = Callable[
    [Iterable[str], Unit, Ints], Bools
]  # (rules, unit, subjects [n]) -> [n] whether any tracks


def evaluate(  # noqa: PLR0913, PLR0917 - the parts of a partition's state, and what is asked of them
    selector: Selector,
    ruleset: Ruleset,
    groups: Ints,
    month: int,
    only: str = "",
    tracked: Tracked | None = None,
    *,
    but_weekly: bool = False,
) -> Iterator[Evaluation]:
    """Every enabled rule (or only one) over product groups at a month; views are shared between rules.

    With `tracked`, rows are left out that no rule can fire on, by its cheap conditions, and none tracks:
    nothing would be told of them. A product is looked at as a whole where one of its series is tracked.
    `but_weekly` leaves out the rules that speak when a week closes.
    """
    kinds = selector.kinds
    rules = [
        rule
        for rule in ruleset.rules()
        if only in {"", rule.id}
        and any(unit in kinds for unit in rule.units)
        and not (but_weekly and rule.weekly)
    ]
    if not rules:
        return
    columns = max((rule.view_columns for rule in rules), default=1)
    reading = selector.open(groups, month, columns)
    followed: Ints = np.empty(0, np.int64)  # groups with a tracked series
    for unit in kinds:
        speaking = [rule for rule in rules if unit in rule.units]
        if not speaking:
            continue
        subjects, owners, rows = reading.subjects(unit), reading.owners(unit), None
        if tracked is not None:
            told = tracked([rule.id for rule in speaking], unit, subjects)
            if unit.whole:
                told |= np.isin(owners, followed)
            else:
                followed = owners[told]
            wanted = [one | told for one in _gates(speaking, reading.glance(unit), ruleset, selector)]
            rows = np.flatnonzero(np.logical_or.reduce(wanted))
            if not len(rows):
                continue
            subjects, owners = subjects[rows], owners[rows]
            wanted = [one[rows] for one in wanted]
        view = reading.view(unit, rows)
        if tracked is None:
            wanted = [np.ones(len(view), bool)] * len(speaking)
        said = _said(speaking, view, ruleset, wanted)
        said = [_scoped(rule, one, owners, selector.scoped) for rule, one in zip(speaking, said, strict=True)]
        for rule, signals in zip(speaking, raised(speaking, said, view.closed), strict=True):
            yield Evaluation(rule, view, signals, subjects, owners)


def _said(rules: list[Rule], view: PanelView, ruleset: Ruleset, wanted: list[Bools]) -> list[Signals]:
    """Each rule's signals for the rows that it might fire on; and for every row on which any rule fires."""
    some = [evaluate_some(rule, view, ruleset, rows) for rule, rows in zip(rules, wanted, strict=True)]
    said = annotated(rules, some, view, ruleset)
    fired = np.logical_or.reduce([one.fired for one in said])
    for rule, rows, one in zip(rules, wanted, said, strict=True):
        missing = np.flatnonzero(fired & ~rows)
        if missing.size:
            place(one, missing, evaluate_rule(rule, take(view, missing), ruleset))
    return said


def _scoped(rule: Rule, signals: Signals, owners: Ints, scoped: Ints) -> Signals:
    if any(one.of_scopes for one in rule.units) and len(scoped):
        signals = _left_to_scopes(signals, np.isin(owners, scoped))
    return signals


def _left_to_scopes(signals: Signals, inside: Bools) -> Signals:
    """The signals without those of products that lie in a scope: of these the scope speaks."""
    reason = np.where(inside, np.uint8(REASON_CODE[Reason.SCOPE_SPEAKS]), signals.reason)
    return replace(signals, fired=signals.fired & ~inside, reason=reason)


def _gates(rules: list[Rule], glance: Glance, ruleset: Ruleset, selector: Selector) -> list[Bools]:
    """Of each rule the rows [n] that it may fire on."""
    gates = []
    for rule in rules:
        concerned = selector.concerned(rule.needs, glance) if rule.needs else np.ones(len(glance), bool)
        gates.append(may_fire(rule, glance, ruleset) & concerned if concerned.any() else concerned)
    return gates


def notable(evaluation: Evaluation, tracked: Tracked) -> Bools:
    """[n] the rows worth a look: those that fire, and those that fired before."""
    rows: Bools = evaluation.signals.fired | tracked(
        (evaluation.rule.id,), evaluation.view.unit, evaluation.subjects
    )
    return rows
