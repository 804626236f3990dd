"""Whether this process is alive, which means that it makes progress, and whether it can serve."""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from tidegauge.runtime.clock import Clock, SystemClock
from tidegauge.runtime.metrics import CONTENT_TYPE, LAST_PROGRESS, STALLED, Metrics

STALL_AFTER_S = 60.0


class Condition(StrEnum):
    """How a service is, and why it is called so."""

    STARTING = "starting"  # loads its state, however long that takes: alive, not ready
    IDLE = "idle"  # has nothing to do
    WORKING = "working"  # has work pending and makes progress
    WAITING = "waiting"  # what it needs is away, and will be tried again: alive, not ready
    STALLED = "stalled"  # has work pending and made no progress for too long
    FAILED = "failed"  # ended with an error


ALIVE = frozenset({Condition.STARTING, Condition.IDLE, Condition.WORKING, Condition.WAITING})
SERVING = frozenset({Condition.IDLE, Condition.WORKING})


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """One service as the health pages tell it."""

    service: str
    condition: Condition
    doing: str
    quiet_s: float  # since its last progress


@dataclass(frozen=True, slots=True)
class _Beat:
    condition: Condition
    doing: str
    progress_s: float  # monotonic
    pending_since_s: float | None


class Health:
    """Keeps the heartbeats of the services in one process.

    A service calls `working` when it begins or finishes a piece of work, `idle` when nothing is left,
    `failed` when it ends. Where the amount of waiting work can be asked from outside (a lag), `register`
    takes that question, so that a service that hangs while it believes itself idle is found out too.
    """

    def __init__(
        self,
        metrics: Metrics,
        clock: Clock | None = None,
        stall_after_s: float = STALL_AFTER_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._metrics = metrics
        self._clock = clock or SystemClock()
        self._stall_after_s = stall_after_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._beats: dict[str, _Beat] = {}
        self._pending: dict[str, Callable[[], int]] = {}

    def register(self, service: str, pending: Callable[[], int] | None = None) -> None:
        """Expect a service; it counts as starting, and the process as not ready, until it speaks."""
        self._note(service, Condition.STARTING, "loading its state")
        if pending is not None:
            self._pending[service] = pending

    def working(self, service: str, doing: str) -> None:
        """Progress was made, and more is to do. `doing` is for operators: no identities in it."""
        self._note(service, Condition.WORKING, doing)

    def idle(self, service: str, detail: str = "waiting") -> None:
        """All work is done that can be; `detail` is for operators: no identities in it."""
        self._note(service, Condition.IDLE, detail)

    def waiting(self, service: str, reason: str) -> None:
        """What the service needs does not answer; a restart would not help."""
        self._note(service, Condition.WAITING, reason)

    def failed(self, service: str, reason: str) -> None:
        """The service ended and will not come back by itself."""
        self._note(service, Condition.FAILED, reason)

    def services(self) -> list[ServiceHealth]:
        """Every service as it stands now."""
        for service, pending in list(self._pending.items()):
            self._look_at_pending(service, pending() > 0)
        with self._lock:
            now = self._monotonic()
            found = [self._judge(service, beat, now) for service, beat in sorted(self._beats.items())]
        for each in found:
            self._metrics.set(STALLED, each.condition is Condition.STALLED, service=each.service)
        return found

    def _note(self, service: str, condition: Condition, doing: str) -> None:
        with self._lock:
            now = self._monotonic()
            pending_since = now if condition is Condition.WORKING else None
            self._beats[service] = _Beat(condition, doing, now, pending_since)
        if condition in SERVING:
            self._metrics.set(LAST_PROGRESS, self._clock.now().timestamp(), service=service)

    def _look_at_pending(self, service: str, is_pending: bool) -> None:  # noqa: FBT001 - private, one caller
        with self._lock:
            beat = self._beats[service]
            if beat.condition is Condition.IDLE:
                since = (beat.pending_since_s or self._monotonic()) if is_pending else None
                self._beats[service] = replace(beat, pending_since_s=since)

    def _judge(self, service: str, beat: _Beat, now: float) -> ServiceHealth:
        waited_s = 0.0 if beat.pending_since_s is None else now - beat.pending_since_s
        condition = Condition.STALLED if waited_s > self._stall_after_s else beat.condition
        return ServiceHealth(service, condition, beat.doing, round(now - beat.progress_s, 3))


def operations_router(
    health: Health, metrics: Metrics, refresh: Callable[[], None] = lambda: None
) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`: no identities in them, so no token before them.

    `refresh` brings gauges up to date that nothing moves but time, before they are read.
    """
    router = APIRouter(tags=["operations"])

    @router.get("/healthz")
    def healthz() -> JSONResponse:
        """200 while every service makes progress or has nothing to do; else 503."""
        return _answer(health.services(), ALIVE)

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        """200 once every service has loaded its state and while none stalled or failed; else 503."""
        return _answer(health.services(), SERVING)

    @router.get("/metrics")
    def exposition() -> Response:
        """The metrics in Prometheus' text format."""
        refresh()
        health.services()  # brings the stall gauge up to date, also where nobody asks /healthz
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    return router


def _answer(services: Iterable[ServiceHealth], good: frozenset[Condition]) -> JSONResponse:
    rows: list[dict[str, Any]] = [
        {"service": s.service, "condition": s.condition, "doing": s.doing, "quiet_s": s.quiet_s}
        for s in services
    ]
    fine = bool(rows) and all(row["condition"] in good for row in rows)
    return JSONResponse({"ok": fine, "services": rows}, status_code=200 if fine else 503)
