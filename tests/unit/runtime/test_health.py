"""Alive means: makes progress."""

from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from tidegauge.runtime.health import Condition, Health, operations_router
from tidegauge.runtime.metrics import LAST_PROGRESS, STALLED, Metrics


class World:
    """A health register whose time the test turns."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.metrics = Metrics()
        self.health = Health(self.metrics, clock=self, stall_after_s=60, monotonic=lambda: self.seconds)
        app = FastAPI()
        app.include_router(operations_router(self.health, self.metrics))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk")

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    async def pages(self) -> tuple[int, int]:
        return (await self.client.get("/healthz")).status_code, (await self.client.get("/readyz")).status_code

    def condition(self) -> Condition:
        [service] = self.health.services()
        return service.condition


@pytest.fixture
def world() -> World:
    return World()


async def test_a_process_without_services_is_neither_alive_nor_ready(world):
    assert await world.pages() == (503, 503)


async def test_a_service_that_starts_is_alive_however_long_and_not_ready(world):
    world.health.register("monitor")
    world.seconds += 3600
    assert world.condition() is Condition.STARTING
    assert await world.pages() == (200, 503)


async def test_a_working_service_that_makes_progress_is_well(world):
    world.health.register("monitor")
    for block in range(5):
        world.seconds += 50
        world.health.working("monitor", f"block {block}")
    assert await world.pages() == (200, 200)
    assert (await world.client.get("/healthz")).json() == {
        "ok": True,
        "services": [{"service": "monitor", "condition": "working", "doing": "block 4", "quiet_s": 0.0}],
    }


async def test_work_pending_without_progress_is_a_stall_until_progress_comes(world):
    world.health.working("monitor", "block 1")
    world.seconds += 60
    assert world.condition() is Condition.WORKING
    world.seconds += 1
    assert world.condition() is Condition.STALLED
    assert await world.pages() == (503, 503)
    assert world.metrics.value(STALLED, service="monitor") == 1
    world.health.working("monitor", "block 2")
    assert await world.pages() == (200, 200)
    assert world.metrics.value(STALLED, service="monitor") == 0


async def test_an_idle_service_may_stay_so_for_ever(world):
    world.health.idle("notify")
    world.seconds += 1_000_000
    assert await world.pages() == (200, 200)


def test_a_service_that_believes_itself_idle_is_found_out_by_its_lag(world):
    lag = 0
    world.health.register("monitor", pending=lambda: lag)
    world.health.idle("monitor")
    world.seconds += 1000
    lag = 3  # work arrives now: the minute begins now, not at the last progress
    assert world.condition() is Condition.IDLE
    world.seconds += 59
    assert world.condition() is Condition.IDLE
    world.seconds += 2
    assert world.condition() is Condition.STALLED
    lag = 0
    assert world.condition() is Condition.IDLE


async def test_one_service_that_failed_fails_the_process(world):
    world.health.idle("ingest")
    world.health.failed("intake", "the database is gone")
    assert await world.pages() == (503, 503)
    assert {s.service: s.condition for s in world.health.services()} == {
        "ingest": Condition.IDLE,
        "intake": Condition.FAILED,
    }


async def test_metrics_tell_the_last_progress_and_the_stall(world):
    world.health.working("ingest", "file 1")
    world.seconds += 100
    text = await world.client.get("/metrics")
    assert text.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'tidegauge_last_progress_timestamp_seconds{service="ingest"} 1000.0' in text.text
    assert 'tidegauge_service_stalled{service="ingest"} 1.0' in text.text
    assert world.metrics.value(LAST_PROGRESS, service="ingest") == 1000.0
