"""The API of the quarantine, under /api/v1/quarantine; what a record says is in its detail alone."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from tidegauge.ingest.export import export_lines
from tidegauge.ingest.http.refusals import refusals
from tidegauge.ingest.http.shapes import (
    DismissRequest,
    EntryDetail,
    EntryList,
    EntryShape,
    MendRequest,
    ResubmitRequest,
    Sent,
)
from tidegauge.ingest.mending import Mending
from tidegauge.runtime.quarantine import Quarantine, State, Wanted


def quarantine_router(quarantine: Quarantine, mending: Mending) -> APIRouter:
    """Look at records, mend them, send them again, dismiss them."""
    router = APIRouter(prefix="/api/v1/quarantine", tags=["quarantine"])

    @router.get("")
    def list_entries(  # noqa: PLR0913, PLR0917 - one parameter a filter is FastAPI's way
        feed: str = "",
        reason: str = "",
        source: str = "",
        state: State | None = None,
        after: int = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> EntryList:
        """Entries in order of arrival."""
        wanted = Wanted(feed, reason, source, state or "", after, limit)
        found = quarantine.find(wanted)
        return EntryList(
            entries=[EntryShape.model_validate(one) for one in found],
            total=quarantine.count(wanted),
            next_after=found[-1].id if len(found) == limit else None,
        )

    @router.get("/export")
    def export(feed: str = "", reason: str = "", source: str = "") -> StreamingResponse:
        """The open entries as CSV with their text, which may name firms: to mend and send again."""
        rows = export_lines(quarantine, Wanted(feed, reason, source, State.OPEN))
        named = {"Content-Disposition": 'attachment; filename="quarantine.csv"'}
        return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=named)

    @router.get("/{entry_id}")
    def get_entry(entry_id: int) -> EntryDetail:
        """One entry with its text, which may name firms."""
        with refusals():
            return EntryDetail.model_validate(quarantine.get(entry_id))

    @router.post("/resubmit", status_code=HTTPStatus.ACCEPTED)
    def resubmit(request: ResubmitRequest) -> Sent:
        """Send open entries again as they are, where their cause has gone, or the rows of a mended export."""
        with refusals():
            mending.resubmit(request.ids)
            mending.resubmit_rows((row.id, row.raw, row.record) for row in request.rows)
        return Sent(sent=[*request.ids, *(row.id for row in request.rows)])

    @router.post("/{entry_id}/mend", status_code=HTTPStatus.ACCEPTED)
    def mend(entry_id: int, request: MendRequest) -> Sent:
        """Put fields or the whole line right and send the record again; what is still wrong is told."""
        with refusals():
            mending.mend(entry_id, request.set, request.raw)
        return Sent(sent=[entry_id])

    @router.post("/{entry_id}/dismiss")
    def dismiss(entry_id: int, request: DismissRequest) -> EntryShape:
        """Decide that a record will not be taken."""
        with refusals():
            quarantine.dismiss(entry_id, request.reason)
            return EntryShape.model_validate(quarantine.get(entry_id))

    @router.post("/{entry_id}/reopen")
    def reopen(entry_id: int) -> EntryShape:
        """Take a dismissal back."""
        with refusals():
            quarantine.reopen(entry_id)
            return EntryShape.model_validate(quarantine.get(entry_id))

    return router
