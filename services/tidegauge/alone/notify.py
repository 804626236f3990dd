"""`tidegauge notify`: alerts become signed webhooks; serves the subscriptions' API."""

import asyncio

from fastapi import FastAPI

from tidegauge.alone.loop import Service
from tidegauge.alone.parts import Parts
from tidegauge.intake.guard import Guard, Sessions
from tidegauge.intake.pages.templating import error_page
from tidegauge.intake.problems import install
from tidegauge.intake.service import allowed_hosts
from tidegauge.notify.addresses import AllowListError
from tidegauge.notify.lease import keep_sending
from tidegauge.notify.service import build_notify
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.health import operations_router

_SENDER = "sender"


def notify_service(parts: Parts) -> Service:
    """Notify over its parts, its tables migrated; behind the same door as the desk."""
    try:
        built = build_notify(parts.engine, parts.reader, parts.settings, parts.clock, parts.metrics)
    except AllowListError as error:
        raise UserError(str(error)) from error
    app = FastAPI(title="Tidegauge notify", summary="Webhook subscriptions and deliveries.",
                  openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)  # fmt: skip
    install(app, error_page)
    app.include_router(built.router)
    app.include_router(operations_router(parts.health, parts.metrics))
    sessions = Sessions(parts.token.token, parts.clock)
    app.add_middleware(Guard, sessions=sessions, hosts=allowed_hosts(parts.settings))

    def standing(reason: str) -> None:
        if reason:
            parts.health.waiting(_SENDER, reason)
        else:
            parts.health.idle(_SENDER)

    async def send(stop: asyncio.Event) -> None:
        parts.health.register(_SENDER)
        try:
            await keep_sending(parts.engine, built.sender, stop, standing)
        finally:
            await built.sender.close()

    return Service("notify", app, parts.health, built.consumer.step, taken=built.sender.wake, work=send)
