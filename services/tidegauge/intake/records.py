"""The alerts and cases as they are stored, found by filter and page."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from tidegauge.intake.problems import ProblemError, missing
from tidegauge.intake.tables import AlertEvent, AlertRow, CaseAlert, CaseFile, Decision


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which alerts; an empty text does not filter. `origin` `*` asks for alerts on all origins together."""

    product: str = ""  # prefix
    origin: str = ""
    reporter: str = ""
    rule: str = ""
    family: str = ""
    severity: str = ""
    status: str = ""
    period_from: str = ""
    period_to: str = ""


@dataclass(frozen=True, slots=True)
class AlertPage:
    """Some alerts, newest period first, and where the next page begins (empty: there is none)."""

    rows: list[AlertRow]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class AlertHistory:
    """An alert with everything that happened to it."""

    row: AlertRow
    latest: dict[str, Any]  # the event's own JSON
    events: list[AlertEvent]  # oldest first
    decisions: dict[str, Decision]  # by event_id
    siblings: list[AlertRow]  # other alerts of the situation


def find_alerts(session: Session, wanted: Wanted, limit: int, cursor: str = "") -> AlertPage:
    """One page of alerts; raises ProblemError for a cursor that is not one of ours."""
    query = select(AlertRow)
    for name in ("reporter", "rule", "family", "severity", "status"):
        if value := getattr(wanted, name):
            query = query.where(getattr(AlertRow, name) == value)
    if wanted.origin:
        query = query.where(AlertRow.origin == ("" if wanted.origin == "*" else wanted.origin))
    if wanted.product:
        query = query.where(col(AlertRow.product).startswith(wanted.product, autoescape=True))
    if wanted.period_from:
        query = query.where(AlertRow.period >= wanted.period_from)
    if wanted.period_to:
        query = query.where(AlertRow.period <= wanted.period_to)
    if cursor:
        period, _, last = cursor.partition("_")
        if not last:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor is not one that this desk gave out."
            )
        query = query.where(
            or_(
                col(AlertRow.period) < period,
                and_(col(AlertRow.period) == period, col(AlertRow.alert_id) > last),
            )
        )
    query = query.order_by(col(AlertRow.period).desc(), col(AlertRow.alert_id)).limit(limit + 1)
    rows = list(session.exec(query))
    more = f"{rows[limit - 1].period}_{rows[limit - 1].alert_id}" if len(rows) > limit else ""
    return AlertPage(rows[:limit], more)


def alert_history(session: Session, alert_id: str) -> AlertHistory:
    """An alert and all its events and decisions; raises ProblemError if there is none."""
    row = session.get(AlertRow, alert_id)
    if row is None:
        raise missing("alert", alert_id)
    events = session.exec(
        select(AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(col(AlertEvent.seq))
    )
    decisions = session.exec(select(Decision).where(Decision.alert_id == alert_id))
    siblings = session.exec(
        select(AlertRow)
        .where(AlertRow.situation_id == row.situation_id, AlertRow.alert_id != alert_id)
        .order_by(col(AlertRow.live).desc(), col(AlertRow.period).desc(), col(AlertRow.alert_id))
        .limit(50)
    )
    return AlertHistory(
        row,
        json.loads(row.payload),
        list(events),
        {each.event_id: each for each in decisions},
        list(siblings),
    )


def find_cases(session: Session, status: str = "", limit: int = 200) -> list[CaseFile]:
    """Cases, those that changed last first."""
    query = select(CaseFile)
    if status:
        query = query.where(CaseFile.status == status)
    return list(
        session.exec(query.order_by(col(CaseFile.changed_at).desc(), col(CaseFile.id).desc()).limit(limit))
    )


def one_case(session: Session, case_id: int) -> tuple[CaseFile, list[AlertRow]]:
    """A case and the alerts behind it; raises ProblemError if there is none."""
    case = session.get(CaseFile, case_id)
    if case is None:
        raise missing("case", case_id)
    alerts = session.exec(
        select(AlertRow)
        .join(CaseAlert, col(CaseAlert.alert_id) == col(AlertRow.alert_id))
        .where(CaseAlert.case_id == case_id)
        .order_by(col(AlertRow.period).desc(), col(AlertRow.alert_id))
    )
    return case, list(alerts)
