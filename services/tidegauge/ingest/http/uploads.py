"""Files and records over HTTP: POST /api/v1/files, POST /api/v1/records/{kind}, GET /api/v1/uploads/{id}."""

from collections.abc import AsyncIterator
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict
from starlette.datastructures import UploadFile

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.registry import AUTO
from tidegauge.ingest.http.refusals import refusals
from tidegauge.ingest.http.shapes import UploadShape
from tidegauge.ingest.reading import FeedOptions
from tidegauge.ingest.source import Given
from tidegauge.ingest.uploads import Uploads, records_of
from tidegauge.runtime.crash import crash_point

FILES, RECORDS = "/api/v1/files", "/api/v1/records/"
_PIECE = 1 << 20
_INTERNAL = frozenset({RecordKind.RULESET, RecordKind.MARK})
IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", max_length=255)]


class Said(BaseModel):
    """What the sender says of a file, in the query."""

    model_config = ConfigDict(extra="forbid")

    format: str = AUTO
    kind: RecordKind | None = None
    vintage: date | None = None
    feed: str = ""
    name: str = ""

    def options(self) -> FeedOptions:
        """How the file is to be read."""
        return FeedOptions(kind=self.kind, vintage=str(self.vintage or ""))


def uploads_router(uploads: Uploads) -> APIRouter:
    """The ways in."""
    router = APIRouter(tags=["uploads"])

    @router.post(FILES, status_code=HTTPStatus.ACCEPTED)
    async def post_file(
        request: Request, said: Annotated[Said, Query()], key: IdempotencyKey = ""
    ) -> UploadShape:
        """Give a file: the body itself, or the part `file` of a form. It is durable when the answer comes."""
        form = request.headers.get("content-type", "").startswith("multipart/form-data")
        pieces = _of_form(request) if form else request.stream()
        name = said.name or "upload"
        with refusals():
            hidden = await run_in_threadpool(uploads.receive, name)
            try:
                await _stored(pieces, hidden, uploads.limits.file_bytes)
                given = Given(name, said.feed, key)
                return UploadShape.of(
                    await run_in_threadpool(uploads.accept, hidden, said.format, said.options(), given)
                )
            finally:
                hidden.unlink(missing_ok=True)

    @router.post(RECORDS + "{kind}", status_code=HTTPStatus.ACCEPTED)
    async def post_records(
        kind: RecordKind, request: Request, feed: str = "", key: IdempotencyKey = ""
    ) -> UploadShape:
        """Give canonical records as a JSON array. They are durable when the answer comes."""
        if kind in _INTERNAL:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, f"Records of the kind {kind} are not taken.")
        body = await _whole(request, uploads.limits.batch_bytes)
        with refusals():
            rows = records_of(body)
            if len(rows) > (most := uploads.limits.batch_rows):
                raise _too_large(f"A batch may hold {most:,} records; this has {len(rows):,}.")
            given = Given(f"{kind} records", feed, key)
            return UploadShape.of(await run_in_threadpool(uploads.accept_batch, kind, rows, given))

    @router.get("/api/v1/uploads/{upload_id}")
    def get_upload(upload_id: str) -> UploadShape:
        """How an upload stands: what was accepted, quarantined and why, and what waits."""
        with refusals():
            return UploadShape.of(uploads.get(upload_id))

    return router


async def _of_form(request: Request) -> AsyncIterator[bytes]:
    """The bytes of the part `file`, which lies on disk by now."""
    async with request.form(max_files=1) as form:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "The form has no file in its part 'file'.")
        while piece := await part.read(_PIECE):
            yield piece


async def _stored(pieces: AsyncIterator[bytes], path: Path, limit: int) -> None:
    """Write pieces to a file as they come."""
    size = 0
    with path.open("wb") as file:
        async for piece in pieces:
            size += len(piece)
            if size > limit:
                raise _too_large(f"A file may hold {limit:,} bytes.")
            await run_in_threadpool(file.write, piece)
    crash_point("upload.received")


async def _whole(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit:
            raise _too_large(f"A batch may hold {limit:,} bytes.")
    return bytes(body)


def _too_large(sentence: str) -> HTTPException:
    return HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, sentence)
