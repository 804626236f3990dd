"""Evaluates one rule over a view, each product group with its own parameters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.rules.base import REASON_CODE, Annotator, Parameters, Reason, Rule, Signals
from tidegauge.domain.rules.parts import place, silent, take
from tidegauge.domain.rules.registry import annotators

if TYPE_CHECKING:
    from tidegauge.domain.ruleset import Ruleset


def evaluate_rule(rule: Rule, view: PanelView, ruleset: "Ruleset") -> Signals:
    """The rule's signals for every row of a view; rows for which it is switched off say so.

    Rules that annotate look at the rows that fire: they note their reason, and may hold the row back with it.
    The signals of a row depend on that row alone, never on the others of the view.
    """
    return annotated([rule], [_spoken(rule, view, ruleset)], view, ruleset)[0]


def _spoken(rule: Rule, view: PanelView, ruleset: "Ruleset") -> Signals:
    """What the rule says by itself."""
    groups = ruleset.groups(rule.id, view.product)
    if len(groups) == 1 and len(groups[0][1]) == len(view):
        signals = rule.evaluate(view, groups[0][0])
    else:
        signals = _joined(rule, view, groups)
    return _with_code_breaks(view, signals)


def may_fire(rule: Rule, glance: Glance, ruleset: "Ruleset") -> Bools:
    """[n] the rows that a rule might fire on, by its cheap conditions alone; no other row fires."""
    groups = ruleset.groups(rule.id, glance.product)
    if len(groups) == 1 and len(groups[0][1]) == len(glance):
        return rule.may_fire(glance, groups[0][0])
    found = np.zeros(len(glance), dtype=np.bool_)
    for parameters, rows in groups:
        found[rows] = rule.may_fire(glance, parameters)[rows]
    return found


def evaluate_some(rule: Rule, view: PanelView, ruleset: "Ruleset", wanted: Bools) -> Signals:
    """The rule's signals for the wanted rows [n] of a view; of the others, that they are not evaluated.

    Once annotated, the same, row by row, as `evaluate_rule` says of the whole view.
    """
    rows = np.flatnonzero(wanted)
    if len(rows) == len(view):
        return _spoken(rule, view, ruleset)
    some = silent(view, rule.figures, Reason.NOT_EVALUATED)
    if rows.size:
        place(some, rows, _spoken(rule, take(view, rows), ruleset))
    return some


def _joined(rule: Rule, view: PanelView, groups: list[tuple[Parameters, Ints]]) -> Signals:
    whole = silent(view, rule.figures, Reason.SWITCHED_OFF)
    for parameters, rows in groups:
        place(whole, rows, rule.evaluate(take(view, rows), parameters))
    return whole


def _with_code_breaks(view: PanelView, signals: Signals) -> Signals:
    """History that is short because the code is young is said to be not comparable."""
    short = signals.reason == REASON_CODE[Reason.NOT_ENOUGH_HISTORY]
    young = short & (view.code_since > 0) & (view.code_since == view.span_start)
    if not young.any():
        return signals
    return replace(signals, reason=np.where(young, REASON_CODE[Reason.CODE_BREAK], signals.reason))


def annotated(
    rules: Sequence[Rule], said: Sequence[Signals], view: PanelView, ruleset: "Ruleset"
) -> list[Signals]:
    """The signals of rules about the same view, with what the annotating rules say of the rows that fire."""
    rows = np.flatnonzero(np.logical_or.reduce([one.fired for one in said]))
    if not rows.size:
        return list(said)
    beside = _Beside(view, rows, ruleset)
    return [_annotated(rule, one, beside) for rule, one in zip(rules, said, strict=True)]


class _Beside:
    """What annotating rules find in some rows of a view, each asked once."""

    def __init__(self, view: PanelView, rows: Ints, ruleset: "Ruleset") -> None:
        self._part, self._rows, self._ruleset = take(view, rows), rows, ruleset
        self._n = len(view)
        self._found: dict[str, list[tuple[Parameters, Bools]]] = {}

    def found(self, speaker: Rule, annotator: Annotator) -> list[tuple[Parameters, Bools]]:
        """[n] the rows it notes, by the parameters it has there."""
        if speaker.id not in self._found:
            self._found[speaker.id] = [
                (parameters, self._noted(annotator, parameters, some))
                for parameters, some in self._ruleset.groups(speaker.id, self._part.product, also_off=True)
            ]
        return self._found[speaker.id]

    def _noted(self, annotator: Annotator, parameters: Parameters, some: Ints) -> Bools:
        noted = np.zeros(self._n, dtype=np.bool_)
        noted[self._rows[some]] = annotator.found(self._part, parameters)[some]
        return noted


def _annotated(rule: Rule, signals: Signals, beside: _Beside) -> Signals:
    speakers = annotators(rule)
    if not speakers or not signals.fired.any():
        return signals
    fired, reason, notes = signals.fired.copy(), signals.reason.copy(), dict(signals.notes)
    for speaker, annotator in reversed(speakers):  # of several that hold back, the first gives the reason
        for parameters, rows in beside.found(speaker, annotator):
            noted = rows & signals.fired
            if not noted.any():
                continue
            notes[annotator.reason] = notes.get(annotator.reason, np.zeros_like(noted)) | noted
            if parameters[annotator.holds_back]:
                fired[noted], reason[noted] = False, REASON_CODE[annotator.reason]
    return replace(signals, fired=fired, reason=reason, notes=notes)
