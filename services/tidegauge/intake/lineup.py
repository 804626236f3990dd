"""The desk of today, read from the tables: which situations stand above the line, and what waits below it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from tidegauge.domain.alerts import SEVERITIES, Severity
from tidegauge.domain.decisions import LEAST_SEVERITY
from tidegauge.domain.situations import (
    Candidate,
    Line,
    Place,
    SituationState,
    Standing,
    draw_line,
    effective_state,
    place,
)
from tidegauge.intake import standings
from tidegauge.intake.tables import AlertRow, Situation

_MOST_QUIET = 500  # situations without a live alert that one page lists


@dataclass(frozen=True, slots=True)
class Placed:
    """A situation with where it stands and its alerts, the leading one first."""

    situation: Situation
    state: SituationState
    place: Place
    standing: Standing
    alerts: tuple[AlertRow, ...]


@dataclass(frozen=True, slots=True)
class Today:
    """How today's line is drawn."""

    now: str  # RFC 3339
    limit: int
    least: Severity = LEAST_SEVERITY

    @property
    def day(self) -> str:
        """YYYY-MM-DD, UTC."""
        return self.now[:10]


def lineup(session: Session, today: Today) -> tuple[Line, dict[Place, int]]:
    """Today's line over all situations, and how many are below it by reason."""
    columns = (
        Situation.id,
        Situation.state,
        Situation.snoozed_until,
        Situation.standing,
        Situation.value_at_stake,
        Situation.opened_at,
        Situation.worsened_at,
    )
    rows = session.connection().execute(
        select_columns(*(col(column) for column in columns)).where(col(Situation.live).is_(True))
    )
    line = draw_line([_candidate(row, today.now) for row in rows], today.day, today.limit, today.least)
    counts = {reason: len(ids) for reason, ids in line.below.items()}
    quiet = select_columns(func.count()).where(col(Situation.live).is_(False))
    if quiet_count := session.connection().execute(quiet).scalar_one():
        counts[Place.QUIET] = quiet_count
    return line, counts


def _candidate(row: Any, now: str) -> Candidate:
    standing = standings.load(row.standing)
    return Candidate(
        id=row.id,
        state=effective_state(SituationState(row.state), row.snoozed_until, now),
        severity=standing.severity,
        families=len(standing.families),
        value_at_stake=row.value_at_stake,
        opened_at=row.opened_at,
        worsened_at=row.worsened_at,
    )


def placed(
    session: Session, ids: list[int], today: Today, places: dict[int, Place] | None = None
) -> list[Placed]:
    """The situations of these ids, in this order, with their alerts (live ones; all where none is live)."""
    found = {row.id: row for row in session.exec(select(Situation).where(col(Situation.id).in_(ids)))}
    alerts: dict[int, list[AlertRow]] = defaultdict(list)
    for row in session.exec(select(AlertRow).where(col(AlertRow.situation_id).in_(ids))):
        alerts[row.situation_id].append(row)
    return [
        _placed(found[each], alerts[each], today, (places or {}).get(each)) for each in ids if each in found
    ]


def _placed(situation: Situation, alerts: list[AlertRow], today: Today, where: Place | None) -> Placed:
    candidate = _candidate(situation, today.now)
    live = [row for row in alerts if row.live]
    return Placed(
        situation,
        candidate.state,
        where or place(candidate, today.day, today.least),
        standings.load(situation.standing),
        tuple(sorted(live or alerts, key=_leading)),
    )


def _leading(row: AlertRow) -> tuple[int, int, str, str]:
    """Most severe first, then the newest period, then by rule."""
    year, month = row.period.split("-")
    return (-SEVERITIES.index(Severity(row.severity)), -(int(year) * 12 + int(month)), row.rule, row.alert_id)


def quiet_ids(session: Session) -> list[int]:
    """Situations without a live alert, those that changed last first; at most a page of them."""
    query = (
        select_columns(col(Situation.id))
        .where(col(Situation.live).is_(False))
        .order_by(col(Situation.worsened_at).desc(), col(Situation.id).desc())
        .limit(_MOST_QUIET)
    )
    return [each for each in session.connection().execute(query).scalars() if each is not None]
