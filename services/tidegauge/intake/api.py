"""The HTTP API of the desk, under /api/v1."""

import csv
import io
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from tidegauge.domain.cases import CaseStatus
from tidegauge.domain.situations import Place
from tidegauge.intake import audit, figures, lineup, records
from tidegauge.intake.context import DeskContext
from tidegauge.intake.problems import RESPONSES, ProblemError
from tidegauge.intake.shapes import (
    AlertDetail,
    AlertList,
    AlertQuery,
    AlertSummary,
    AttachRequest,
    AttachSituationRequest,
    CaseDetail,
    CaseRequest,
    CaseSummary,
    CloseRequest,
    DismissRequest,
    FigureQuery,
    NoteRequest,
    ReopenRequest,
    RowId,
    SeriesShape,
    SituationList,
    SituationShape,
    SnoozeRequest,
)
from tidegauge.intake.store import reading
from tidegauge.intake.tests_api import tests_api

PREFIX = "/api/v1"


def build_api(desk: DeskContext) -> APIRouter:
    """All routes of the API."""
    router = APIRouter(prefix=PREFIX, responses=RESPONSES)
    parts = (_alerts, _situations, _cases, _case_actions, _figures, tests_api)
    for part in parts:
        router.include_router(part(desk))
    return router


def _alerts(desk: DeskContext) -> APIRouter:
    router = APIRouter(tags=["alerts"])

    @router.get("/alerts")
    def list_alerts(query: Annotated[AlertQuery, Query()]) -> AlertList:
        """Alerts in their latest state, newest period first."""
        fields = query.model_dump(exclude={"limit", "cursor"})
        wanted = records.Wanted(**{name: value or "" for name, value in fields.items()})
        with reading(desk.engine) as session:
            page = records.find_alerts(session, wanted, query.limit, query.cursor)
            alerts = [AlertSummary.model_validate(row) for row in page.rows]
        return AlertList(alerts=alerts, next_cursor=page.next_cursor)

    @router.get("/alerts/{alert_id}")
    def get_alert(alert_id: str) -> AlertDetail:
        """The latest event of an alert in full, with all its events and decisions."""
        with reading(desk.engine) as session:
            return AlertDetail.of(records.alert_history(session, alert_id))

    return router


def _situations(desk: DeskContext) -> APIRouter:
    router = APIRouter(tags=["situations"])

    def one(situation_id: int) -> SituationShape:
        with reading(desk.engine) as session:
            found = lineup.placed(session, [situation_id], desk.today())
        if not found:
            raise ProblemError(HTTPStatus.NOT_FOUND, f"There is no situation {situation_id}.")
        return SituationShape.of(found[0])

    @router.get("/situations")
    def list_situations(place: Place | None = None) -> SituationList:
        """Today's desk; with `place`, the situations that stand there instead of those above the line."""
        with reading(desk.engine) as session:
            listed = desk.listed(session, place)
        return SituationList(
            day=desk.today().day,
            limit=desk.today().limit,
            situations=[SituationShape.of(each) for each in listed.rows],
            below=listed.below,
        )

    @router.get("/situations/{situation_id}")
    def get_situation(situation_id: RowId) -> SituationShape:
        """One situation."""
        return one(situation_id)

    @router.post("/situations/{situation_id}/open")
    def open_situation(situation_id: RowId) -> SituationShape:
        """Mark as looked at: later changes are told from here."""
        desk.actions.look(situation_id)
        return one(situation_id)

    @router.post("/situations/{situation_id}/snooze")
    def snooze(situation_id: RowId, request: SnoozeRequest) -> SituationShape:
        """Off the desk for some days."""
        desk.actions.snooze(situation_id, request.days)
        return one(situation_id)

    @router.post("/situations/{situation_id}/dismiss")
    def dismiss(situation_id: RowId, request: DismissRequest) -> SituationShape:
        """Let go, until clearly worse."""
        desk.actions.dismiss(situation_id, request.reason, request.note)
        return one(situation_id)

    @router.post("/situations/{situation_id}/attach")
    def attach(situation_id: RowId, request: AttachRequest) -> SituationShape:
        """Into an open case."""
        desk.actions.attach(request.case_id, situation_id)
        return one(situation_id)

    @router.post("/situations/{situation_id}/undo")
    def undo(situation_id: RowId) -> SituationShape:
        """Back onto the desk."""
        desk.actions.undo(situation_id)
        return one(situation_id)

    return router


def _cases(desk: DeskContext) -> APIRouter:
    router = APIRouter(tags=["cases"])

    @router.get("/cases")
    def list_cases(status: CaseStatus | None = None) -> list[CaseSummary]:
        """Cases, those that changed last first."""
        with reading(desk.engine) as session:
            return [CaseSummary.model_validate(case) for case in records.find_cases(session, status or "")]

    @router.post("/cases", status_code=HTTPStatus.CREATED)
    def open_case(request: CaseRequest, response: Response) -> CaseDetail:
        """A new case."""
        case_id = desk.actions.open_case(request.situation_ids, request.title, request.note)
        response.headers["Location"] = f"{PREFIX}/cases/{case_id}"
        return _case(desk, case_id)

    @router.get("/cases/{case_id}")
    def get_case(case_id: RowId) -> CaseDetail:
        """A case with its alerts and its audit log."""
        return _case(desk, case_id)

    return router


def _case_actions(desk: DeskContext) -> APIRouter:
    router = APIRouter(tags=["cases"])

    @router.post("/cases/{case_id}/attach")
    def attach(case_id: RowId, request: AttachSituationRequest) -> CaseDetail:
        """Put a situation into the case."""
        desk.actions.attach(case_id, request.situation_id)
        return _case(desk, case_id)

    @router.post("/cases/{case_id}/review")
    def review(case_id: RowId) -> CaseDetail:
        """Take into review."""
        desk.actions.review(case_id)
        return _case(desk, case_id)

    @router.post("/cases/{case_id}/close")
    def close(case_id: RowId, request: CloseRequest) -> CaseDetail:
        """Close with a reason."""
        desk.actions.close(case_id, request.reason, request.note)
        return _case(desk, case_id)

    @router.post("/cases/{case_id}/reopen")
    def reopen(case_id: RowId, request: ReopenRequest) -> CaseDetail:
        """Open again with a reason."""
        desk.actions.reopen(case_id, request.reason)
        return _case(desk, case_id)

    @router.post("/cases/{case_id}/notes")
    def note(case_id: RowId, request: NoteRequest) -> CaseDetail:
        """Add a note."""
        desk.actions.note(case_id, request.text)
        return _case(desk, case_id)

    return router


def _case(desk: DeskContext, case_id: int) -> CaseDetail:
    with reading(desk.engine) as session:
        case, alerts = records.one_case(session, case_id)
        log, broken_at = audit.history(session, case_id), audit.broken_at(session, case_id)
    return CaseDetail.build(case, alerts, log, broken_at)


def _figures(desk: DeskContext) -> APIRouter:
    router = APIRouter(tags=["figures"])

    def found(query: FigureQuery) -> figures.Series:
        asked = figures.Asked(query.reporter, query.product, query.origin, query.source, query.as_of)
        try:
            with reading(desk.engine) as session:
                return figures.series(session, asked)
        except figures.SeveralSourcesError as error:
            detail = f"{str(error)[:1].upper()}{str(error)[1:]}."
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error

    @router.get("/figures")
    def get_figures(query: Annotated[FigureQuery, Query()]) -> SeriesShape:
        """The monthly series behind the charts."""
        return SeriesShape.model_validate(found(query))

    @router.get("/figures.csv", response_class=StreamingResponse)
    def get_figures_csv(query: Annotated[FigureQuery, Query()]) -> Response:
        """The same series as a CSV file."""
        series = found(query)
        name = f"{query.reporter}-{query.product}-{query.origin or 'all'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(_csv(series), media_type="text/csv", headers=headers)

    return router


def _csv(series: figures.Series) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = (
        "reporter",
        "source",
        "product",
        "origin",
        "period",
        "quantity_kg",
        "value",
        "currency",
        "unit_value",
    )
    writer.writerow(names)
    who = (series.reporter, series.source, series.product, series.origin)
    columns = zip(series.months, series.quantity_kg, series.value, series.unit_value, strict=True)
    for month, quantity, value, unit_value in columns:
        writer.writerow(
            (*who, month, quantity, value, series.currency, "" if unit_value is None else unit_value)
        )
    yield buffer.getvalue()
