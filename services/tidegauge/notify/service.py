"""Puts notify together: the consumer of the alerts log, the sender, and the API."""

import secrets
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import Engine

from tidegauge.notify.addresses import parse_allow_list
from tidegauge.notify.api import SubscriptionApi
from tidegauge.notify.consumer import NotifyConsumer
from tidegauge.notify.database import migrate
from tidegauge.notify.guard import webhook_client
from tidegauge.notify.redelivery import Redelivery
from tidegauge.notify.sender import Options, Sender
from tidegauge.notify.subscriptions import Subscriptions
from tidegauge.runtime.clock import Clock
from tidegauge.runtime.events import EventReader
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class NotifyService:
    """The parts that a composition root drives.

    `consumer.step(limit)` in a thread, `await sender.run(stop)` in the loop, `router` in the application,
    `await sender.close()` at the end.
    """

    router: APIRouter
    consumer: NotifyConsumer
    sender: Sender
    subscriptions: Subscriptions
    redelivery: Redelivery


def build_notify(
    engine: Engine, reader: EventReader, settings: Settings, clock: Clock, metrics: Metrics | None = None
) -> NotifyService:
    """Notify over the desk database, migrated first; raises AllowListError for a wrong `webhook_allow`."""
    allowed = parse_allow_list(settings.webhook_allow)
    migrate(engine)
    options = Options(settings.webhook_timeout_s, metrics=metrics or Metrics())
    client = webhook_client(allowed, options.timeout_s, options.slots)
    sender = Sender(engine, client, clock, secrets.SystemRandom().random, options)
    subscriptions = Subscriptions(engine, clock, allowed)
    redelivery = Redelivery(engine, clock)
    return NotifyService(
        SubscriptionApi(subscriptions, redelivery, sender.wake).router,
        NotifyConsumer(engine, reader, clock, sender.wake),
        sender,
        subscriptions,
        redelivery,
    )
