"""`tidegauge intake` and `tidegauge notify`: one service in a process of its own."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tidegauge.alone.intake import intake_service
from tidegauge.alone.loop import Service, run
from tidegauge.alone.notify import notify_service
from tidegauge.alone.parts import Parts, open_parts
from tidegauge.commands.files import rules_in_force
from tidegauge.runtime import logging
from tidegauge.runtime.settings import load_settings

_console = Console(highlight=False)
Log = Annotated[
    str | None, typer.Option(help="kafka://host:port of the event logs; default: log.db of the data folder")
]
DataDir = Annotated[Path | None, typer.Option(help="folder of the token, and of log.db")]
Host = Annotated[str | None, typer.Option(help="address to listen on")]
Port = Annotated[int | None, typer.Option(help="port to listen on")]
Database = Annotated[
    str | None,
    typer.Option(
        help="PostgreSQL URL; better in TIDEGAUGE_DATABASE_URL, where no list of processes shows it"
    ),
]


def intake(
    *,
    log: Log = None,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    database_url: Database = None,
) -> None:
    """Turn alerts into cases and serve the desk, over the event logs, in a process of its own."""
    _serve(_intake, log, data_dir=data_dir, host=host, port=port, database_url=database_url)


def notify(
    *,
    log: Log = None,
    data_dir: DataDir = None,
    host: Host = None,
    port: Port = None,
    database_url: Database = None,
) -> None:
    """Send alerts as signed webhooks, over the event logs, in a process of its own."""
    _serve(notify_service, log, data_dir=data_dir, host=host, port=port, database_url=database_url)


def _intake(parts: Parts) -> Service:
    return intake_service(parts, rules_in_force(parts.settings.rules_file))


def _serve(build: Callable[[Parts], Service], log: str | None, **given: object) -> None:
    settings = load_settings(**given)
    logging.configure(settings.log_level, settings.log_format)
    parts = open_parts(settings, log)
    made = " (made just now)" if parts.token.created else ""
    _console.print(f"Operator token: {parts.token.path}{made}", soft_wrap=True)
    service = build(parts)
    asyncio.run(run(service, settings, lambda address: _console.print(f"{service.name}: {address}")))
