"""The shapes of the API's answers and requests; field names are those of the records."""

from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field

from tidegauge.domain.alerts import Family, Severity, Status
from tidegauge.domain.cases import AuditEntry, CaseStatus, CloseReason
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.situations import DismissReason, Place, SituationState
from tidegauge.intake.actions import LONGEST_SNOOZE_DAYS
from tidegauge.intake.lineup import Placed
from tidegauge.intake.records import AlertHistory
from tidegauge.intake.tables import AlertRow, CaseFile

MOST_ID = 2**53  # whole numbers beyond it are not exact in every client
RowId = Annotated[int, Path(ge=1, le=MOST_ID)]
_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
MOST_ROWS = 500
INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=4000)


class AlertQuery(_Request):
    """Filters and page of GET /alerts."""

    product: str = Field("", pattern=r"^[0-9]{0,10}$", description="prefix of the product code")
    origin: str = Field("", pattern=r"^([A-Z]{2}|\*)?$", description="alpha-2; * for all origins together")
    reporter: str = Field("", pattern=r"^([A-Z]{2})?$")
    rule: str = ""
    family: Family | None = None
    severity: Severity | None = None
    status: Status | None = None
    period_from: str = Field("", pattern=rf"^$|{_MONTH}")
    period_to: str = Field("", pattern=rf"^$|{_MONTH}")
    limit: int = Field(50, ge=1, le=MOST_ROWS)
    cursor: str = Field("", max_length=64)


class FigureQuery(_Request):
    """Which series of GET /figures."""

    reporter: str = Field(pattern=r"^[A-Z]{2}$")
    product: str = Field(pattern=r"^[0-9]{2,10}$")
    origin: str = Field("", pattern=r"^([A-Z]{2})?$", description="empty: the sum over all origins")
    source: str = ""
    as_of: str = Field("", pattern=rf"^$|{INSTANT}", description="as known at this instant; empty: now")


class SubjectQuery(_Request):
    """Which product and origin."""

    reporter: str = Field(pattern=r"^[A-Z]{2}$")
    source: str = Field(max_length=100)
    product: str = Field("", pattern=r"^([0-9]{2,10})?$", description="empty: a scope is asked for")
    scope_id: str = Field("", max_length=100)
    origin: str = Field("", pattern=r"^([A-Z]{2})?$", description="empty: all origins together")


class SnoozeRequest(_Request):
    """For how long."""

    days: int = Field(ge=1, le=LONGEST_SNOOZE_DAYS)


class DismissRequest(_Request):
    """Why."""

    reason: DismissReason
    note: str = ""


class AttachRequest(_Request):
    """To which case, or which situation."""

    case_id: int = Field(ge=1, le=MOST_ID)


class AttachSituationRequest(_Request):
    """Which situation."""

    situation_id: int = Field(ge=1, le=MOST_ID)


class CaseRequest(_Request):
    """A new case."""

    situation_ids: list[Annotated[int, Field(ge=1, le=MOST_ID)]] = Field(min_length=1, max_length=100)
    title: str = Field("", max_length=200)
    note: str = ""


class CloseRequest(_Request):
    """Why, and a note."""

    reason: CloseReason
    note: str = ""


class ReopenRequest(_Request):
    """Why."""

    reason: str = Field(min_length=1)


class NoteRequest(_Request):
    """A note."""

    text: str = Field(min_length=1)


class AlertSummary(BaseModel):
    """An alert in a list: its latest state."""

    model_config = ConfigDict(from_attributes=True)

    alert_id: str
    situation_id: int
    rule: str
    family: Family
    severity: Severity
    status: Status
    audience: str
    source: str
    reporter: str
    product: str
    origin: str
    scope_id: str
    episode_start: str
    period: str
    as_of: str
    provisional: bool
    historical: bool
    figures: dict[str, float]


class AlertList(BaseModel):
    """A page of alerts."""

    alerts: list[AlertSummary]
    next_cursor: str


class EventShape(BaseModel):
    """One event of an alert, and what intake did with it."""

    event_id: str
    seq: int
    status: Status
    severity: Severity
    period: str
    as_of: str
    received_at: str
    decision: IntakeReason
    decided_at: str


class AlertDetail(BaseModel):
    """An alert: the latest event in full, and its history."""

    situation_id: int
    alert: dict[str, Any] = Field(description="the latest event in the shape of the alert record")
    events: list[EventShape]

    @classmethod
    def of(cls, history: AlertHistory) -> "AlertDetail":
        """The shape of a stored alert."""
        events = [
            EventShape(
                **event.model_dump(
                    include={"event_id", "seq", "status", "severity", "period", "as_of", "received_at"}
                ),
                decision=IntakeReason(history.decisions[event.event_id].reason),
                decided_at=history.decisions[event.event_id].decided_at,
            )
            for event in history.events
        ]
        return cls(situation_id=history.row.situation_id, alert=history.latest, events=events)


class SituationShape(BaseModel):
    """A situation and where it stands on today's desk."""

    id: int
    key: str
    reporter: str
    product: str
    scope_id: str
    origin: str
    state: SituationState
    place: Place
    severity: Severity | None
    families: list[Family]
    value_at_stake: float
    opened_at: str
    worsened_at: str
    snoozed_until: str
    dismiss_reason: str
    note: str
    case_id: int | None
    alerts: list[AlertSummary]

    @classmethod
    def of(cls, placed: Placed) -> "SituationShape":
        """The shape of a placed situation."""
        stored = placed.situation.model_dump(
            exclude={"standing", "dismissed", "seen", "seen_at", "live", "state"}
        )
        return cls(
            **stored,
            state=placed.state,
            place=placed.place,
            severity=placed.standing.severity,
            families=list(placed.standing.families),
            alerts=[AlertSummary.model_validate(row) for row in placed.alerts],
        )


class SituationList(BaseModel):
    """The desk of today."""

    day: str
    limit: int
    situations: list[SituationShape]
    below: dict[Place, int]


class CaseSummary(BaseModel):
    """A case in a list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    status: CaseStatus
    opened_at: str
    changed_at: str
    close_reason: str


class AuditShape(BaseModel):
    """One entry of the audit log."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    at: str
    actor: str
    action: str
    detail: dict[str, Any]
    previous_hash: str
    hash: str


class CaseDetail(CaseSummary):
    """A case with the alerts behind it and its audit log."""

    alerts: list[AlertSummary]
    log: list[AuditShape]
    log_broken_at: int | None = Field(description="number of the first entry that was tampered with")

    @classmethod
    def build(
        cls, case: CaseFile, alerts: list[AlertRow], log: list[AuditEntry], broken_at: int | None
    ) -> "CaseDetail":
        """The shape of a stored case."""
        return cls(
            **CaseSummary.model_validate(case).model_dump(),
            alerts=[AlertSummary.model_validate(row) for row in alerts],
            log=[AuditShape.model_validate(entry) for entry in log],
            log_broken_at=broken_at,
        )


class SeriesShape(BaseModel):
    """A monthly series, as columns."""

    model_config = ConfigDict(from_attributes=True)

    reporter: str
    source: str
    product: str
    origin: str
    currency: str
    as_of: str
    months: list[str]
    quantity_kg: list[float]
    value: list[float]
    unit_value: list[float | None] = Field(description="currency per kg over cells with value and mass")
