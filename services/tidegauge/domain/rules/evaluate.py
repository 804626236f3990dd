"""Evaluates one rule over a view, each product group with its own parameters."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.panel.view import Glance, PanelView, Supplementary
from tidegauge.domain.rules.base import REASON_CODE, Parameters, Reason, Rule, Signals
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
    found = np.zeros(len(glance), dtype=np.bool_)
    for parameters, rows in ruleset.groups(rule.id, glance.product):
        found[rows] = rule.may_fire(glance, parameters)[rows]
    return found


def _joined(rule: Rule, view: PanelView, groups: list[tuple[Parameters, Ints]]) -> Signals:
    n = len(view)
    whole = Signals(
        fired=np.zeros(n, dtype=np.bool_),
        reason=np.full(n, REASON_CODE[Reason.SWITCHED_OFF], dtype=np.uint8),
        severity=np.zeros(n, dtype=np.uint8),
        figures={figure.name: np.full(n, np.nan) for figure in rule.figures},
    )
    for parameters, rows in groups:
        part = rule.evaluate(take(view, rows), parameters)
        whole.fired[rows], whole.reason[rows] = part.fired, part.reason
        whole.severity[rows] = part.severity
        for name, column in part.figures.items():
            whole.figures[name][rows] = column
        for name, texts in part.words.items():
            said = dict(zip(rows.tolist(), texts, strict=True))
            before = whole.words.get(name, ("",) * n)
            whole.words[name] = tuple(said.get(row, text) for row, text in enumerate(before))
        for reason, noted in part.notes.items():
            whole.notes.setdefault(reason, np.zeros(n, dtype=np.bool_))[rows] = noted
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


def take(view: PanelView, rows: Ints) -> PanelView:
    """Some rows of a view, as a view."""
    names, currencies = view.benchmark_name, view.seller_currency
    arrays = (
        "feed", "product", "origin", "quantity", "value", "paired_quantity", "paired_value", "total_quantity",
        "total_value", "reference_quantity", "reference_value", "reference_undeclared", "alertable",
        "span_start", "code_since", "closed", "benchmark", "usd_rate", "seller_rate", "production",
    )  # fmt: skip
    return replace(
        view,
        **{name: getattr(view, name)[rows] for name in arrays},
        benchmark_name=tuple(names[row] for row in rows.tolist()),
        seller_currency=tuple(currencies[row] for row in rows.tolist()),
        scope_id=tuple(view.scope_id[row] for row in rows.tolist()),
        basis=tuple(view.basis[row] for row in rows.tolist()),
        to_feed=lambda amount, currency: view.to_feed(amount, currency)[rows],
        lines=view.lines.take(rows),
        concerns=lambda read: view.concerns(read)[rows],
        quantity_history=lambda some, first: view.quantity_history(rows[some], first),
        paired_history=lambda some, first: view.paired_history(rows[some], first),
        origins=lambda some, first, last: view.origins(rows[some], first, last),
        products=lambda some, first, last: view.products(rows[some], first, last),
        supplementary=lambda: _supplementary(view.supplementary(), rows),
        books=view.books.take(rows),
    )


def _supplementary(whole: Supplementary, rows: Ints) -> Supplementary:
    return Supplementary(whole.quantity[rows], tuple(whole.unit[row] for row in rows.tolist()))
