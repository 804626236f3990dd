"""Errors as RFC 9457 problem documents: a status, and one clear sentence."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request

MEDIA_TYPE = "application/problem+json"
RESPONSES: dict[int | str, dict[str, object]] = {
    status: {"description": description, "content": {MEDIA_TYPE: {"schema": {"type": "object"}}}}
    for status, description in (
        (401, "No operator token, or not the right one."),
        (404, "There is no such thing."),
        (409, "It is not in a state that allows this."),
        (422, "The request says something that cannot be."),
    )
}


class ProblemError(Exception):
    """Something that the caller can put right; the text is one clear sentence."""

    def __init__(self, status: HTTPStatus, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code  # the reason enum's value, where a guard refused


def missing(what: str, identity: object) -> ProblemError:
    """There is no such thing."""
    return ProblemError(HTTPStatus.NOT_FOUND, f"There is no {what} {identity}.")


def document(status: int, detail: str, code: str = "") -> JSONResponse:
    """The problem document as a response."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if code:
        body["code"] = code
    return JSONResponse(body, status, media_type=MEDIA_TYPE)


def sentence(error: RequestValidationError) -> str:
    """What is wrong with a request, where, in one sentence; what was sent is not repeated."""
    faults = (
        f"{'.'.join(str(part) for part in each['loc'] if part not in {'body', 'query', 'path'}) or 'body'}: "
        f"{each['msg'][:1].lower()}{each['msg'][1:]}"
        for each in error.errors()
    )
    return "The request cannot be used: " + "; ".join(faults) + "."


def wants_page(request: HTTPConnection) -> bool:
    """Whether a person in a browser asks, and not a program (htmx shows the sentence of a document)."""
    accepts_html = "text/html" in request.headers.get("accept", "")
    return accepts_html and not request.url.path.startswith("/api/") and "hx-request" not in request.headers


def _told(error: Exception) -> tuple[int, str, str]:
    """Status, sentence and code of an error."""
    match error:
        case ProblemError():
            return error.status, error.detail, error.code
        case RequestValidationError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error), ""
        case OperationalError():
            return HTTPStatus.SERVICE_UNAVAILABLE, "The database does not answer; try again in a moment.", ""
        case HTTPException():
            return error.status_code, str(error.detail).rstrip(".") + ".", ""
        case _:
            raise error


def install(app: FastAPI, page: Callable[[int, str], Response]) -> None:
    """Make an application answer with problem documents, and with `page` where a person asks for one."""

    def problem(request: Request, error: Exception) -> Response:
        status, detail, code = _told(error)
        answer = page(status, detail) if wants_page(request) else document(status, detail, code)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    for kind in (ProblemError, RequestValidationError, OperationalError, HTTPException):
        app.add_exception_handler(kind, problem)
