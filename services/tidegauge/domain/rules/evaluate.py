"""Evaluates one rule over a view, each product group with its own parameters."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.view import Glance, PanelView
from tidegauge.domain.rules.base import REASON_CODE, Parameters, Reason, Rule, Signals
from tidegauge.domain.rules.parts import place, silent, take
from tidegauge.domain.rules.registry import annotators

if TYPE_CHECKING:
    from tidegauge.domain.ruleset import Ruleset


def evaluate_rule(rule: Rule, view: PanelView, ruleset: "Ruleset") -> Signals:
    """The rule's signals for every row of a view; rows for which it is switched off say so.

    Rules that annotate look at the rows that fire: they note their reason, and may hold the row back with it.
    The signals of a row depend on that row alone, never on the others of the view.
    """
    groups = ruleset.groups(rule.id, view.product)
    if len(groups) == 1 and len(groups[0][1]) == len(view):
        signals = rule.evaluate(view, groups[0][0])
    else:
        signals = _joined(rule, view, groups)
    signals = _with_code_breaks(view, signals)
    return _annotated(rule, view, signals, ruleset)


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

    The same, row by row, as `evaluate_rule` says of the whole view.
    """
    rows = np.flatnonzero(wanted)
    if len(rows) == len(view):
        return evaluate_rule(rule, view, ruleset)
    some = silent(view, rule.figures, Reason.NOT_EVALUATED)
    if rows.size:
        place(some, rows, evaluate_rule(rule, take(view, rows), ruleset))
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


def _annotated(rule: Rule, view: PanelView, signals: Signals, ruleset: "Ruleset") -> Signals:
    rows = np.flatnonzero(signals.fired)
    speakers = annotators(rule)
    if not rows.size or not speakers:
        return signals
    part = take(view, rows)
    fired, reason, notes = signals.fired.copy(), signals.reason.copy(), dict(signals.notes)
    for speaker, annotator in reversed(speakers):  # of several that hold back, the first gives the reason
        for parameters, some in ruleset.groups(speaker.id, part.product, also_off=True):
            noted = rows[some][annotator.found(part, parameters)[some]]
            if not noted.size:
                continue
            notes[annotator.reason] = notes.get(annotator.reason, np.zeros(len(view), dtype=np.bool_)).copy()
            notes[annotator.reason][noted] = True
            if parameters[annotator.holds_back]:
                fired[noted], reason[noted] = False, REASON_CODE[annotator.reason]
    return replace(signals, fired=fired, reason=reason, notes=notes)
