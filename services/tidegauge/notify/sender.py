"""Sends what is due: one message at a time to each receiver, many receivers at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, ParamSpec, TypeVar

import httpx
from sqlalchemy import Engine

from tidegauge.notify import queue
from tidegauge.notify.delivery import attempt
from tidegauge.notify.queue import Candidate, Delivery, Tried
from tidegauge.notify.schedule import DISABLING, Decision, Verdict
from tidegauge.notify.states import Outcome
from tidegauge.runtime.clock import Clock
from tidegauge.runtime.crash import crash_point
from tidegauge.runtime.logging import get_logger
from tidegauge.runtime.metrics import WEBHOOK_ATTEMPTS, WEBHOOKS_PENDING, Metrics

LOOK_AGAIN_S: Final = 5.0  # another process (the command line) may have queued something
GRACE_S: Final = 5.0  # for attempts under way when the sender stops; a cut one is sent again
_P = ParamSpec("_P")
_T = TypeVar("_T")
_log = get_logger(__name__)
# The outcome label of the attempts metric.
_COUNTED_AS: Final = {
    Verdict.DELIVERED: "delivered",
    Verdict.RETRY_SCHEDULED: "retried",
    Verdict.SCHEDULE_EXHAUSTED: "gave_up",
    Verdict.RECEIVER_GONE: "disabled",
    Verdict.FAILED_FOR_FIVE_DAYS: "disabled",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How long one attempt may take, how many receivers are served at once, and where it is counted.

    Failing receivers may hold half of the slots, so that they never delay those that work.
    """

    timeout_s: float = 20.0
    slots: int = 32
    metrics: Metrics = field(default_factory=Metrics)


class Sender:
    """Delivers at least once: an attempt that is not on record yet is made again, with the same webhook-id.

    Database work runs in threads of its own, so that neither it nor a slow name server stops the loop.
    """

    def __init__(
        self,
        engine: Engine,
        client: httpx.AsyncClient,
        clock: Clock,
        uniform: Callable[[], float],
        options: Options | None = None,
    ) -> None:
        self._engine, self._client, self._clock, self._uniform = engine, client, clock, uniform
        self._options = options or Options()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="webhook-database")
        self._tasks: dict[str, asyncio.Task[int]] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._failing: set[str] = set()  # those of the tasks whose receiver has been failing
        self._woken = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None

    def wake(self) -> None:
        """Look for due messages now; callable from any thread, and harmless when nothing runs."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._woken.set)

    async def deliver_due(self, now: datetime) -> int:
        """Make every attempt that is due at `now`, and wait for them; how many were made."""
        found = await self._in_thread(queue.candidates, self._engine, now, tuple(self._tasks))
        slots = asyncio.Semaphore(self._options.slots)

        async def bounded(candidate: Candidate) -> int:
            async with slots:
                return await self._drain(candidate.subscription_id, now)

        return sum(await asyncio.gather(*(bounded(candidate) for candidate in found)))

    async def deliver_event(self, subscription_id: str, event_id: str) -> bool:
        """Make one attempt for one pending event, due or not; whether there was one to make."""
        now = self._clock.now()
        delivery = await self._in_thread(queue.take_event, self._engine, subscription_id, event_id, now)
        if delivery is not None:
            await self._deliver(delivery)
        return delivery is not None

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; raises what the database raises, so that its owner can see it."""
        self._loop, self._failure = asyncio.get_running_loop(), None
        try:
            while not stop.is_set():
                self._woken.clear()
                await self._pause(stop, await self._start_due())
                if self._failure is not None:
                    raise self._failure
        finally:
            self._loop = None
            await self._finish()
            self._stopping = False

    async def close(self) -> None:
        """Give up the threads and the connections."""
        self._threads.shutdown(wait=False)
        await self._client.aclose()

    async def _start_due(self) -> float:
        """Start a task for each free receiver with something due; seconds until it pays to look again."""
        now = self._clock.now()
        pending = await self._in_thread(queue.waiting, self._engine)
        self._options.metrics.set(WEBHOOKS_PENDING, pending)
        waiting = False
        for candidate in await self._in_thread(queue.candidates, self._engine, now, tuple(self._tasks)):
            if self._has_room(candidate):
                self._start(candidate, now)
            else:
                waiting = True
        if waiting:
            return LOOK_AGAIN_S  # the end of any task wakes the loop before
        due = await self._in_thread(queue.next_due, self._engine, tuple(self._tasks))
        if due is None:
            return LOOK_AGAIN_S
        return min(max((due - self._clock.now()).total_seconds(), 0.0), LOOK_AGAIN_S)

    def _has_room(self, candidate: Candidate) -> bool:
        if candidate.failing and len(self._failing) >= max(self._options.slots // 2, 1):
            return False
        return len(self._tasks) < self._options.slots

    def _start(self, candidate: Candidate, now: datetime) -> None:
        name = candidate.subscription_id
        task = asyncio.create_task(self._drain(name, now), name=f"webhooks-{name}")
        self._tasks[name] = task
        if candidate.failing:
            self._failing.add(name)
        task.add_done_callback(lambda done: self._ended(name, done))

    def _ended(self, name: str, task: asyncio.Task[int]) -> None:
        del self._tasks[name]
        self._failing.discard(name)
        if not task.cancelled() and task.exception() is not None:
            self._failure = task.exception()
        self._woken.set()

    async def _pause(self, stop: asyncio.Event, longest_s: float) -> None:
        waits = [asyncio.ensure_future(self._woken.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def _finish(self) -> None:
        self._stopping = True
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)  # a failure was noted when its task ended

    async def _drain(self, subscription_id: str, now: datetime) -> int:
        """Send one receiver all that is due at `now`, one after the other; how many attempts were made."""
        made = 0
        # One in flight for each receiver, also while `run` and `deliver_due` are both at work.
        async with self._turns.setdefault(subscription_id, asyncio.Lock()):
            while not self._stopping and await self._deliver_next(subscription_id, now):
                made += 1
        return made

    async def _deliver_next(self, subscription_id: str, now: datetime) -> bool:
        delivery = await self._in_thread(queue.take, self._engine, subscription_id, now)
        if delivery is None:
            return False
        await self._deliver(delivery)
        return True

    async def _deliver(self, delivery: Delivery) -> None:
        crash_point("notify.before_send")
        started_at = self._clock.now()
        answer = await attempt(self._client, delivery, started_at, self._options.timeout_s)
        crash_point("notify.after_send")
        tried = Tried(delivery, started_at, self._clock.now(), answer)
        decision = await self._in_thread(queue.record, self._engine, tried, self._uniform())
        crash_point("notify.after_record")
        refused = tried.answer.outcome is Outcome.ADDRESS_REFUSED and decision.verdict not in DISABLING
        counted_as = "refused_address" if refused else _COUNTED_AS[decision.verdict]
        self._options.metrics.add(WEBHOOK_ATTEMPTS, outcome=counted_as)
        _report(tried, decision)

    async def _in_thread(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*args, **kwargs))


def _report(tried: Tried, decision: Decision) -> None:
    """One wide line for each attempt: no secret, no URL, no body."""
    level = _log.warning if decision.verdict in DISABLING else _log.info
    level(
        "webhook_attempt",
        subscription_id=tried.delivery.subscription_id,
        event_id=tried.delivery.event_id,
        attempt=tried.delivery.number,
        outcome=tried.answer.outcome.value,
        status_code=tried.answer.status_code,
        duration_ms=tried.duration_ms,
        verdict=decision.verdict.value,
        next_attempt_at=decision.next_attempt_at and decision.next_attempt_at.isoformat(timespec="seconds"),
    )
