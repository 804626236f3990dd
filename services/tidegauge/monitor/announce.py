"""Puts an alert event into words and figures: evidence, thresholds, inputs, explanation, audience."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from tidegauge.domain.alerts import (
    Alert,
    Audience,
    Severity,
    Status,
    SubjectKind,
    alert_id,
    event_id,
    subject_key,
)
from tidegauge.domain.arrays import Ints
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.episodes import Announced
from tidegauge.domain.panel import firms
from tidegauge.domain.panel.ground import Ground
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Feed, Unit
from tidegauge.domain.periods import MONTHS_A_YEAR, month_text
from tidegauge.domain.rules.base import REASON_CODE, Reason
from tidegauge.domain.rules.describe import describe, rounded, thresholds
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.second_family import SecondFamily, evidence_of, sentences_of
from tidegauge.domain.ruleset import Ruleset
from tidegauge.domain.sources import is_declarations
from tidegauge.monitor.evaluate import Evaluation
from tidegauge.monitor.plan import Mark
from tidegauge.monitor.rates_used import rates_used


@dataclass(frozen=True, slots=True)
class Telling:
    """What is being told: who, from when, with which standing."""

    status: Status
    severity: Severity
    start: int
    before: Announced | None  # what was told last, if anything
    supersedes: str
    historical: bool
    second: SecondFamily | None = None  # what makes it critical, if it is


class Announcer:
    """Builds alert events out of evaluations."""

    def __init__(self, panel: Ground, selector: Selector, ruleset: Ruleset) -> None:
        self._panel, self._selector, self._ruleset = panel, selector, ruleset
        self._audiences: dict[tuple[Unit, int, int], Audience] = {}  # of a subject and month, for all rules

    def key_figures(self, evaluation: Evaluation, row: int) -> dict[str, float]:
        """The rule's key figures at a row, without those that could not be computed."""
        names = [figure.name for figure in evaluation.rule.figures if figure.key]
        values = {name: rounded(float(evaluation.signals.figures[name][row])) for name in names}
        return {name: value for name, value in values.items() if math.isfinite(value)}

    def alert(self, evaluation: Evaluation, row: int, telling: Telling, mark: Mark, version: str) -> Alert:
        """The event for one row of an evaluation."""
        rule, view = evaluation.rule, evaluation.view
        feed = view.feeds[int(view.feed[row])]
        product, origin = product_code(int(view.product[row])), country_code(int(view.origin[row]))
        parameters = self._ruleset.parameters_for(rule.id, product)
        evidence = describe(rule, view, evaluation.signals, row, parameters)
        second = telling.second
        if second is not None:
            evidence = (*evidence, evidence_of(second))
        scope_id = view.scope_id[row]
        subject = subject_key(
            feed.reporter, feed.source, f"scope:{scope_id}" if scope_id else product, origin
        )
        changes = self._changes(evaluation, row, telling.before)
        identity, seq = self._identity(rule.id, version, feed, subject, telling)
        return Alert(
            event_id=event_id(identity, seq),
            alert_id=identity,
            seq=seq,
            rule=rule.id,
            rule_version=version,
            family=rule.family,
            severity=telling.severity,
            audience=self._audience(evaluation, row, feed),
            status=telling.status,
            subject_kind=SubjectKind.SCOPE if scope_id else SubjectKind.SERIES,
            subject_key=subject,
            source=feed.source,
            reporter=feed.reporter,
            product=product,
            nomenclature=feed.nomenclature,
            origin=origin,
            scope_id=scope_id,
            episode_start=month_text(telling.start),
            period=month_text(view.month),
            as_of=mark.as_of,
            observed_at=mark.as_of,
            provisional=not bool(view.closed[row]),
            historical=telling.historical,
            reasons=_reasons(evaluation, row, telling.severity),
            evidence=evidence,
            threshold=thresholds(rule, parameters),
            legal_basis=rule.legal_basis,
            explanation=explain(
                rule, evidence, view, row, telling.status, changes, sentences_of(second) if second else None
            ),
            inputs=tuple(self._inputs(evaluation, row, feed, product, origin)),
            supersedes=telling.supersedes,
            changes=changes,
        )

    def _identity(
        self, rule: str, version: str, feed: Feed, subject: str, telling: Telling
    ) -> tuple[str, int]:
        if telling.before is not None:
            return telling.before.alert_id, telling.before.seq + 1
        return alert_id(rule, version, feed.source, subject, month_text(telling.start)), 0

    def _changes(
        self, evaluation: Evaluation, row: int, before: Announced | None
    ) -> tuple[dict[str, Any], ...]:
        if before is None:
            return ()
        now = self.key_figures(evaluation, row)
        moved = {**dict.fromkeys(before.figures), **now}
        return tuple(
            {"name": name, "from": before.figures.get(name), "to": value}
            for name, value in moved.items()
            if before.figures.get(name) != value
        )

    def _audience(self, evaluation: Evaluation, row: int, feed: Feed) -> Audience:
        """Official statistics are public; declarations leave only where three firms stand behind them.

        What a rule says of single lines is for the authority alone.
        """
        if evaluation.rule.audience is not None:
            return evaluation.rule.audience
        if not is_declarations(feed.source):
            return Audience.PUBLIC
        unit, month = evaluation.view.unit, evaluation.view.month
        key = (unit, int(evaluation.subjects[row]), month)
        if key not in self._audiences:
            likely = evaluation.signals.fired.copy()  # those that fire: most of what will be asked
            likely[row] = True
            subjects = evaluation.subjects[likely]
            for subject, audience in zip(
                subjects.tolist(), self._of_lines(unit, subjects, month), strict=True
            ):
                self._audiences[unit, subject, month] = audience
        return self._audiences[key]

    def _of_lines(self, unit: Unit, subjects: Ints, month: int) -> list[Audience]:
        """[n] of figures that rest on the lines of a year."""
        series, place = (
            self._panel.series.members(subjects) if unit.whole else (subjects, np.arange(len(subjects)))
        )
        sums = self._selector.firms(series, month - MONTHS_A_YEAR + 1, month)
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        count = firms.distinct_firms([np.add.reduceat(one, starts) for one in sums])
        return [
            Audience.ASSOCIATION if enough else Audience.AUTHORITY
            for enough in (count >= firms.ENOUGH).tolist()
        ]

    def _inputs(
        self, evaluation: Evaluation, row: int, feed: Feed, product: str, origin: str
    ) -> list[dict[str, Any]]:
        """Keys of the records behind the figures; of a cell the newest vintage up to the one named counts."""
        view = evaluation.view
        first, last = view.month - evaluation.rule.window_months + 1, view.month
        number = int(view.feed[row])
        known = [self._panel.vintages.get((number, month), "") for month in range(first, last + 1)]
        periods = f"{month_text(first)}..{month_text(last)}"
        kind = "declaration" if is_declarations(feed.source) else "flow"
        inputs: list[dict[str, Any]] = [
            {"record": kind, "reporter": feed.reporter, "source": feed.source, "product": product,
             "flow": "import", "origin": origin or "*", "others": "*", "period": periods,
             "vintage": max(known)}
        ]  # fmt: skip
        if view.benchmark_name[row]:
            inputs.append({"record": "price", "source": view.benchmark_name[row], "period": periods})
        if view.scope_id[row]:
            inputs.append({"record": "scope", "scope_id": view.scope_id[row]})
        for read in evaluation.rule.reads:
            inputs += view.books.cited(read, row)
        parameters = self._ruleset.parameters_for(evaluation.rule.id, product)
        return inputs + rates_used(self._selector.books, view, row, parameters, range(first, last + 1))


def _reasons(evaluation: Evaluation, row: int, severity: Severity) -> tuple[str, ...]:
    noted = (reason for reason, rows in evaluation.signals.notes.items() if rows[row])
    notes = [str(reason) for reason in sorted(noted, key=REASON_CODE.__getitem__)]  # whatever noted it first
    if not evaluation.view.closed[row]:
        notes.append(str(Reason.PROVISIONAL))
    if severity is Severity.CRITICAL:  # of the episode: this month's figures may be another's
        notes.append(str(Reason.SECOND_FAMILY))
    return tuple(dict.fromkeys(notes))
