"""The API of the feeds, under /api/v1/feeds."""

from http import HTTPStatus

from fastapi import APIRouter, HTTPException

from tidegauge.ingest.http.refusals import refusals
from tidegauge.ingest.http.shapes import FeedShape, PauseRequest, ResumeRequest
from tidegauge.runtime.feeds import FeedDesk


def feeds_router(desk: FeedDesk) -> APIRouter:
    """Look at feeds, pause them, go on with them."""
    router = APIRouter(prefix="/api/v1/feeds", tags=["feeds"])

    @router.get("")
    def list_feeds() -> list[FeedShape]:
        """Every feed: its newest period, its age, what became of its rows, and whether it is paused."""
        return [FeedShape.model_validate(one) for one in desk.feeds()]

    @router.post("/{name}/pause", status_code=HTTPStatus.NO_CONTENT)
    def pause(name: str, request: PauseRequest) -> None:
        """Leave the files of a feed where they are until it is resumed."""
        with refusals():
            desk.pause(name, request.reason)

    @router.post("/{name}/resume", status_code=HTTPStatus.NO_CONTENT)
    def resume(name: str, request: ResumeRequest) -> None:
        """Go on with a paused feed: its files are tried again."""
        if not desk.resume(name, anyway=request.anyway):
            raise HTTPException(HTTPStatus.CONFLICT, f"The feed {name} is not paused.")

    return router
