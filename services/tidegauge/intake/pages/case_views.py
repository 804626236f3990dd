"""The list of cases and the page of one case."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from tidegauge.domain.cases import CaseStatus
from tidegauge.intake import audit, records
from tidegauge.intake.context import DeskContext
from tidegauge.intake.pages.templating import render
from tidegauge.intake.shapes import RowId
from tidegauge.intake.store import reading

_Text = Annotated[str, Form(max_length=4000)]


def case_pages(desk: DeskContext) -> APIRouter:
    """The routes of cases."""
    router = APIRouter()
    _read_routes(router, desk)
    _action_routes(router, desk)
    return router


def _read_routes(router: APIRouter, desk: DeskContext) -> None:
    @router.get("/cases")
    def cases(status: CaseStatus | None = None) -> Response:
        """All cases, those that changed last first."""
        with reading(desk.engine) as session:
            found = records.find_cases(session, status or "")
        return render("cases.html", cases=found, shown=status, statuses=list(CaseStatus))

    @router.get("/cases/{case_id}")
    def case(case_id: RowId) -> Response:
        """One case: the alerts behind it and its audit log."""
        with reading(desk.engine) as session:
            found, alerts = records.one_case(session, case_id)
            log = audit.history(session, case_id)
            broken_at = audit.broken_at(session, case_id)
        return render(
            "case.html",
            case=found,
            alerts=alerts,
            log=log,
            broken_at=broken_at,
            names=desk.product_names,
            situations=sorted({each.situation_id for each in alerts}),
        )


def _action_routes(router: APIRouter, desk: DeskContext) -> None:
    def back(case_id: int) -> Response:
        return RedirectResponse(f"/cases/{case_id}", HTTPStatus.SEE_OTHER)

    @router.post("/cases/{case_id}/review")
    def review(case_id: RowId) -> Response:
        """Take into review."""
        desk.actions.review(case_id)
        return back(case_id)

    @router.post("/cases/{case_id}/close")
    def close(case_id: RowId, reason: _Text = "", note: _Text = "") -> Response:
        """Close with a reason."""
        desk.actions.close(case_id, reason, note)
        return back(case_id)

    @router.post("/cases/{case_id}/reopen")
    def reopen(case_id: RowId, reason: _Text = "") -> Response:
        """Open again with a reason."""
        desk.actions.reopen(case_id, reason)
        return back(case_id)

    @router.post("/cases/{case_id}/note")
    def note(case_id: RowId, text: _Text = "") -> Response:
        """Add a note."""
        desk.actions.note(case_id, text)
        return back(case_id)
