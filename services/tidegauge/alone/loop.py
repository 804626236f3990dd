"""The process around one service: it follows a log in a thread and answers requests until a signal comes."""

import asyncio
import signal
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from fastapi import FastAPI

from tidegauge.runtime.following import follow
from tidegauge.runtime.health import Health
from tidegauge.runtime.serving import bind, make_server
from tidegauge.runtime.settings import Settings


def nothing() -> None:
    """Nobody needs to be told."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, ready to be driven."""

    name: str
    app: FastAPI
    health: Health
    step: Callable[[int], int]  # take at most so many events; how many there were
    taken: Callable[[], None] = nothing  # told when some were
    work: Callable[[asyncio.Event], Coroutine[None, None, None]] | None = None  # in the loop, until stopped
    close: Callable[[], None] = nothing  # let the server stop


async def run(service: Service, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` gets the address.

    Raises UserError for a port that is taken, and whatever ended the service.
    """
    listening = bind(settings.host, settings.port)
    server, stop, over = make_server(service.app), asyncio.Event(), threading.Event()

    def end() -> None:
        over.set()
        stop.set()
        service.close()
        server.should_exit = True

    for stopping in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(stopping, end)
    service.health.register(service.name)
    host, port = listening.getsockname()[:2]
    ready(f"http://{host}:{port}/")
    tasks = [
        asyncio.create_task(server.serve(sockets=[listening])),
        asyncio.create_task(asyncio.to_thread(_follow, service, over)),
    ]
    if service.work is not None:
        tasks.append(asyncio.create_task(service.work(stop)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        end()
    await asyncio.gather(*tasks)


def _follow(service: Service, over: threading.Event) -> None:
    try:
        follow(service.name, service.step, service.taken, service.health, over)
    except Exception as error:
        service.health.failed(service.name, type(error).__name__)
        raise
