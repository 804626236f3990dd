"""The pages of the feeds and of the quarantine: how each feed stands, and a form to mend what was refused."""

from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.intake.pages.templating import render
from tidegauge.intake.problems import ProblemError, missing
from tidegauge.runtime.ingest_desk import IngestDesk
from tidegauge.runtime.quarantine import (
    Entry,
    State,
    StillWrongError,
    UnknownEntryError,
    Wanted,
    WrongStateError,
)

SHOWN = 50  # entries on one page
_FIELD = "field."
Note = Annotated[str, Form(min_length=1, max_length=500)]


def feed_pages(ingest: IngestDesk | None) -> APIRouter:
    """The routes of these pages; without ingest in this process one that says so."""
    router = APIRouter()
    if ingest is None:

        @router.get("/feeds")
        def elsewhere() -> Response:
            """Where feeds are looked at."""
            return render("feeds.html", feeds=None)

        return router
    router.include_router(_feeds(ingest))
    router.include_router(_entries(ingest))
    return router


def _feeds(ingest: IngestDesk) -> APIRouter:
    router = APIRouter()

    @router.get("/feeds")
    def feeds(feed: str = "", reason: str = "", after: int = 0) -> Response:
        """Every feed, and the open entries of the quarantine."""
        wanted = Wanted(feed, reason, state=State.OPEN, after=after, limit=SHOWN)
        entries = ingest.quarantine.find(wanted)
        return render(
            "feeds.html",
            feeds=ingest.feeds.feeds(),
            entries=entries,
            total=ingest.quarantine.count(wanted),
            reasons=ingest.quarantine.open_by("reason"),
            feed=feed,
            reason=reason,
            next_after=entries[-1].id if len(entries) == SHOWN else None,
        )

    @router.post("/feeds/{name}/pause")
    def pause(name: str, reason: Note) -> Response:
        """Leave a feed's files where they are."""
        if name not in {one.feed for one in ingest.feeds.feeds()}:
            raise missing("feed", name)
        ingest.feeds.pause(name, reason)
        return _back("/feeds")

    @router.post("/feeds/{name}/resume")
    def resume(name: str, *, anyway: Annotated[bool, Form()] = False) -> Response:
        """Go on with a feed."""
        ingest.feeds.resume(name, anyway=anyway)
        return _back("/feeds")

    return router


def _entries(ingest: IngestDesk) -> APIRouter:
    router = APIRouter()

    @router.get("/feeds/quarantine/{entry_id}")
    def entry(entry_id: int) -> Response:
        """One entry with its text, and the form to mend it."""
        return _page(_known(ingest, entry_id))

    @router.post("/feeds/quarantine/{entry_id}/mend")
    async def mend(request: Request, entry_id: int) -> Response:
        """Send the record again as the form has it; what is still wrong is said above the form."""
        async with request.form() as form:
            given = {name: str(value).strip() for name, value in form.items()}
        fields = {name.removeprefix(_FIELD): text for name, text in given.items() if name.startswith(_FIELD)}
        try:
            await run_in_threadpool(ingest.mend, entry_id, fields, given.get("raw", ""))
        except (StillWrongError, WrongStateError) as error:
            found = await run_in_threadpool(_known, ingest, entry_id)
            return _page(found, HTTPStatus.UNPROCESSABLE_ENTITY, str(error), given)
        return _back(f"/feeds/quarantine/{entry_id}")

    @router.post("/feeds/quarantine/{entry_id}/dismiss")
    def dismiss(entry_id: int, reason: Note) -> Response:
        """Decide that a record will not be taken."""
        return _moved(ingest, entry_id, reason)

    @router.post("/feeds/quarantine/{entry_id}/reopen")
    def reopen(entry_id: int) -> Response:
        """Take a dismissal back."""
        return _moved(ingest, entry_id, "")

    return router


def _moved(ingest: IngestDesk, entry_id: int, dismissed_because: str) -> Response:
    _known(ingest, entry_id)
    try:
        if dismissed_because:
            ingest.quarantine.dismiss(entry_id, dismissed_because)
        else:
            ingest.quarantine.reopen(entry_id)
    except WrongStateError as error:
        raise ProblemError(HTTPStatus.CONFLICT, str(error)) from error
    return _back(f"/feeds/quarantine/{entry_id}")


def _known(ingest: IngestDesk, entry_id: int) -> Entry:
    try:
        return ingest.quarantine.get(entry_id)
    except UnknownEntryError:
        raise missing("entry", entry_id) from None


def _page(
    entry: Entry, status: int = HTTPStatus.OK, wrong: str = "", given: dict[str, str] | None = None
) -> Response:
    given = given or {}
    record = msgspec.json.decode(entry.record, type=dict[str, str]) if entry.record else {}
    table = RECORDS[RecordKind(entry.kind)] if record else None
    fields = [
        (field, given.get(_FIELD + field.name, record.get(field.name, "")))
        for field in (table.fields if table else ())
        if field.name in record or field.name == entry.field or field.required
    ]
    raw = given.get("raw", entry.raw)
    return render("entry.html", status, entry=entry, fields=fields, raw=raw, wrong=wrong)


def _back(path: str) -> Response:
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)
