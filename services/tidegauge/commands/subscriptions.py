"""`tidegauge subscriptions`: webhook receivers, kept in the desk database of the data folder."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import SystemRandom
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tidegauge.notify.addresses import AllowListError, WebhookUrlError, parse_allow_list
from tidegauge.notify.database import migrate
from tidegauge.notify.guard import webhook_client
from tidegauge.notify.models import AttemptView, SubscriptionDraft
from tidegauge.notify.redelivery import Redelivery
from tidegauge.notify.sender import Options, Sender
from tidegauge.notify.subscriptions import ConflictError, Subscriptions, UnknownError
from tidegauge.runtime.clock import Clock, SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import Settings, load_settings
from tidegauge.stream import desk_database

app = typer.Typer(no_args_is_help=True, help="Webhook receivers: add, list, remove, test, send again.")
_out = Console()
_LEASE = timedelta(minutes=1)  # in which `ping` sends itself before the running service would

Id = Annotated[str, typer.Argument(help="id of the subscription, as `list` shows it", show_default=False)]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="folder of desk.db; default: TIDEGAUGE_DATA_DIR or data")
]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the commands work on."""

    subscriptions: Subscriptions
    redelivery: Redelivery
    send: Callable[[str, str], None]  # (subscription, event): one attempt, here and now


@app.command()
def add(  # noqa: PLR0913, PLR0917 - one parameter an option is typer's way
    url: Annotated[str, typer.Argument(help="https:// or http:// address of the receiver")],
    product: Annotated[list[str] | None, typer.Option(help="HS prefix; may be repeated")] = None,
    origin: Annotated[list[str] | None, typer.Option(help="country of origin, or * for all together")] = None,
    family: Annotated[list[str] | None, typer.Option(help="surge, price, dumping, diversion, …")] = None,
    reporter: Annotated[list[str] | None, typer.Option(help="importing country")] = None,
    min_severity: Annotated[str, typer.Option(help="info, watch, warning or critical")] = "info",
    audience: Annotated[str, typer.Option(help="public or association")] = "public",
    description: Annotated[str, typer.Option(help="whose receiver it is")] = "",
    data_dir: DataDir = None,
) -> None:
    """Add a receiver and print its secret, once. Without a filter it gets every alert it is cleared for."""
    with _desk(data_dir) as desk:
        values: dict[str, Any] = {
            "url": url,
            "description": description,
            "products": product or [],
            "origins": origin or [],
            "families": family or [],
            "reporters": reporter or [],
            "min_severity": min_severity,
            "audience": audience,
        }
        created = desk.subscriptions.create(SubscriptionDraft.model_validate(values))
        _out.print(f"Added [bold]{created.id}[/bold]. Its secret, shown this once:")
        _out.print(created.secret, soft_wrap=True, highlight=False)
        _out.print(f"Test it with: tidegauge subscriptions ping {created.id}", soft_wrap=True)


@app.command("list")
def list_all(data_dir: DataDir = None) -> None:
    """Show the receivers, what they ask for and whether they work."""
    with _desk(data_dir) as desk:
        rows = desk.subscriptions.all()
    if not rows:
        _out.print("No subscriptions yet. Add one with: tidegauge subscriptions add URL")
        return
    table = Table("id", "url", "filter", "audience", "status", "failing since")
    for row in rows:
        wanted = [*row.products, *row.origins, *row.families, *row.reporters, f"≥ {row.min_severity}"]
        standing = f"{row.status}: {row.status_reason}" if row.status_reason else row.status
        table.add_row(row.id, row.url, " ".join(wanted), row.audience, standing, _instant(row.failing_since))
    _out.print(table)


@app.command()
def remove(subscription: Id, data_dir: DataDir = None) -> None:
    """Send a receiver nothing more and forget its secrets; its delivery log stays."""
    with _desk(data_dir) as desk:
        desk.subscriptions.remove(subscription)
    _out.print(f"Removed {subscription}.")


@app.command()
def enable(subscription: Id, data_dir: DataDir = None) -> None:
    """Go on with a disabled receiver; `replay` sends what it missed."""
    with _desk(data_dir) as desk:
        desk.subscriptions.enable(subscription)
    _out.print(f"Enabled {subscription}. Send what it missed with: replay {subscription} --since …")


@app.command()
def rotate(subscription: Id, data_dir: DataDir = None) -> None:
    """Make a new secret and print it, once; the former one stays valid for 24 hours."""
    with _desk(data_dir) as desk:
        rotated = desk.subscriptions.rotate(subscription)
    _out.print(
        f"The new secret, shown this once (the old one holds until {_instant(rotated.old_valid_until)}):"
    )
    _out.print(rotated.secret, soft_wrap=True, highlight=False)


@app.command()
def deliveries(
    subscription: Id,
    event: Annotated[str, typer.Option(help="show every attempt for this event")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="most rows to show")] = 50,
    data_dir: DataDir = None,
) -> None:
    """Show what was sent to a receiver and what waits, the newest first."""
    with _desk(data_dir) as desk:
        if event:
            _out.print(_attempts_table(desk.redelivery.attempts_of_event(subscription, event)))
            return
        table = Table("delivery", "event", "type", "state", "attempts", "queued", "next attempt")
        for row in desk.subscriptions.deliveries(subscription, limit):
            when = (_instant(row.created_at), _instant(row.next_attempt_at))
            table.add_row(str(row.id), row.event_id, row.type, row.state, str(row.attempts), *when)
        _out.print(table)


@app.command()
def ping(subscription: Id, data_dir: DataDir = None) -> None:
    """Send a test event now and show what the receiver answers; status 1 unless it takes it."""
    with _desk(data_dir) as desk:
        event_id = desk.redelivery.ping(subscription, _LEASE).event_id
        desk.send(subscription, event_id)
        attempts = desk.redelivery.attempts_of_event(subscription, event_id)
    _out.print(_attempts_table(attempts))
    if not attempts or attempts[-1].outcome != "delivered":
        raise typer.Exit(1)


@app.command()
def resend(
    subscription: Id,
    event: Annotated[str, typer.Argument(help="event_id (the webhook-id)")],
    data_dir: DataDir = None,
) -> None:
    """Queue one event again, with the same webhook-id; the running service sends it within seconds."""
    with _desk(data_dir) as desk:
        desk.redelivery.resend(subscription, event)
    _out.print(f"Queued event {event} for {subscription}.")


@app.command()
def replay(
    subscription: Id,
    since: Annotated[
        str, typer.Option(help="instant from which on, e.g. 2026-03-01 or 2026-03-01T08:00:00Z")
    ],
    data_dir: DataDir = None,
) -> None:
    """Queue again every matching event that was taken in since an instant (UTC unless it names a zone)."""
    with _desk(data_dir) as desk:
        queued = desk.redelivery.replay(subscription, _parsed_instant(since)).queued
    _out.print(f"Queued {queued} events for {subscription}.")


@contextmanager
def _desk(data_dir: Path | None) -> Iterator[_Desk]:
    """The desk database, migrated; every refusal becomes a UserError, one sentence."""
    try:
        settings = load_settings(data_dir=data_dir)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        allowed = parse_allow_list(settings.webhook_allow)
        engine = desk_database(settings)
        try:
            migrate(engine)
            clock = SystemClock()
            send = _direct_sender(engine, settings, clock)
            yield _Desk(Subscriptions(engine, clock, allowed), Redelivery(engine, clock), send)
        finally:
            engine.dispose()
    except ValidationError as error:
        raise UserError("; ".join(_sentence(problem) for problem in error.errors())) from error
    except (UnknownError, ConflictError, WebhookUrlError, AllowListError) as error:
        raise UserError(str(error)) from error
    except SQLAlchemyError as error:
        raise UserError(
            f"the desk database cannot be used: {getattr(error, 'orig', None) or error}"
        ) from error


def _direct_sender(engine: Engine, settings: Settings, clock: Clock) -> Callable[[str, str], None]:
    """A function that makes one attempt in this process, for a subscription and one of its events."""

    async def send(subscription_id: str, event_id: str) -> None:
        options = Options(settings.webhook_timeout_s, slots=1)
        client = webhook_client(parse_allow_list(settings.webhook_allow), options.timeout_s, options.slots)
        sender = Sender(engine, client, clock, SystemRandom().random, options)
        try:
            await sender.deliver_event(subscription_id, event_id)
        finally:
            await sender.close()

    return lambda subscription_id, event_id: asyncio.run(send(subscription_id, event_id))


def _sentence(problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    return f"{place}: {problem['msg'].removeprefix('Value error, ')}"


def _parsed_instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"--since: '{text}' is not a date or an instant such as 2026-03-01T08:00:00Z"
        ) from error
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _instant(value: datetime | None) -> str:
    return "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}Z"


def _attempts_table(attempts: list[AttemptView]) -> Table:
    table = Table("attempt", "started", "outcome", "status", "ms", "answer or error")
    for row in attempts:
        said = row.error or row.response_excerpt
        status = str(row.status_code or "")
        table.add_row(
            str(row.number), _instant(row.started_at), row.outcome, status, str(row.duration_ms), said[:200]
        )
    return table
