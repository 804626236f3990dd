"""The routes of the pages: sign in, the desk with its live notices, alerts and cases."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from tidegauge.intake.context import DeskContext
from tidegauge.intake.guard import COOKIE, SESSION_S, Sessions
from tidegauge.intake.live import Changes
from tidegauge.intake.pages.case_views import case_pages
from tidegauge.intake.pages.desk_views import desk_pages
from tidegauge.intake.pages.feed_views import feed_pages
from tidegauge.intake.pages.rule_views import rule_pages
from tidegauge.intake.pages.series_views import series_pages
from tidegauge.intake.pages.templating import render


def build_pages(desk: DeskContext, changes: Changes, sessions: Sessions) -> APIRouter:
    """All routes of the pages."""
    router = APIRouter(include_in_schema=False)
    router.include_router(_sign_in(sessions))
    router.include_router(_live(changes))
    router.include_router(desk_pages(desk))
    router.include_router(case_pages(desk))
    router.include_router(series_pages(desk))
    router.include_router(rule_pages(desk))
    router.include_router(feed_pages(desk.ingest))
    return router


def _sign_in(sessions: Sessions) -> APIRouter:
    router = APIRouter()

    @router.get("/login")
    def ask(next: str = "/desk") -> Response:  # noqa: A002 - the name in the address
        """The form that asks for the operator token."""
        return render("login.html", next=_local(next), wrong=False)

    @router.post("/login")
    def sign_in(
        request: Request,
        token: Annotated[str, Form(max_length=500)] = "",
        next: Annotated[str, Form()] = "/desk",  # noqa: A002 - the name in the form
    ) -> Response:
        """Open a session for whoever has the token."""
        if not sessions.knows(token.strip()):
            return render("login.html", HTTPStatus.UNAUTHORIZED, next=_local(next), wrong=True)
        answer = RedirectResponse(_local(next), HTTPStatus.SEE_OTHER)
        answer.set_cookie(
            COOKIE,
            sessions.open(),
            max_age=SESSION_S,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return answer

    @router.post("/logout")
    def sign_out() -> Response:
        """Forget the session in this browser."""
        answer = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    return router


def _local(path: str) -> str:
    """A path on this desk; anything that could lead elsewhere becomes the desk."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain and "\\" not in path else "/desk"


def _live(changes: Changes) -> APIRouter:
    router = APIRouter()

    @router.get("/desk/events")
    async def events() -> StreamingResponse:
        """Notices that something on the desk has changed."""
        stream = changes.stream()
        # Proxies must pass each notice on at once.
        return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    return router
