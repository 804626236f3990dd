"""Tells every open desk page that something has changed, from whatever thread it happens in."""

import asyncio
import threading
from collections.abc import AsyncIterator

HEARTBEAT_S = 15.0  # proxies close a silent connection after a minute at best
NO_SOONER_S = 0.5  # changes within this time go out as one notice


class Changes:
    """A counter of changes, and the pages that wait for it to move."""

    def __init__(self, heartbeat_s: float = HEARTBEAT_S, no_sooner_s: float = NO_SOONER_S) -> None:
        self._heartbeat_s = heartbeat_s
        self._no_sooner_s = no_sooner_s
        self._lock = threading.Lock()
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._count = 0
        self._closed = False

    def changed(self) -> None:
        """Something on the desk is different now. Safe from any thread; never blocks."""
        with self._lock:
            self._count += 1
            self._wake()

    def close(self) -> None:
        """End every stream, so that a server can stop. Safe from any thread."""
        with self._lock:
            self._closed = True
            self._wake()

    def _wake(self) -> None:
        for loop, event in self._waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)

    async def stream(self) -> AsyncIterator[str]:
        """Server-sent events for one page: `changed` with the counter, and comments as heartbeat."""
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._waiting.add(waiter)
            told = self._count
        try:
            # A short retry: after a restart of the desk the page is back within seconds.
            yield "retry: 2000\n: the desk is listening\n\n"
            while not self._closed:
                if await self._moved(waiter[1]) and self._count != told:
                    told = self._count
                    yield f"event: changed\nid: {told}\ndata: {told}\n\n"
                    await asyncio.sleep(self._no_sooner_s)
                else:
                    yield ": alive\n\n"
        finally:
            with self._lock:
                self._waiting.discard(waiter)

    async def _moved(self, event: asyncio.Event) -> bool:
        """Wait for a change; False when the heartbeat is due first."""
        try:
            async with asyncio.timeout(self._heartbeat_s):
                await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True
