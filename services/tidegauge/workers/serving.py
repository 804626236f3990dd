"""Metrics and health beside a worker, on loopback unless set otherwise, until a signal comes."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

from fastapi import FastAPI

from tidegauge.runtime.health import Health, operations_router
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.serving import bind, make_server

Work = Callable[[asyncio.Event], Awaitable[None]]


async def run_beside(  # noqa: PLR0913, PLR0917 - what a listener and a worker need
    work: Work, health: Health, metrics: Metrics, host: str, port: int, ready: Callable[[str], None]
) -> None:
    """Run `work` until SIGINT or SIGTERM, or until it ends; raises what ended it."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(operations_router(health, metrics))
    listening = bind(host, port)
    server, stop = make_server(app), asyncio.Event()
    loop = asyncio.get_running_loop()
    for stopping in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(stopping, stop.set)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        ready("http://{}:{}/".format(*listening.getsockname()[:2]))
        await work(stop)
    finally:
        server.should_exit = True
        await serving
