"""`tidegauge feeds`: which formats can be read, and how the feeds of a data folder stand."""

import inspect
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tidegauge.commands.folder import DataDir, existing_entrance
from tidegauge.domain.freshness import Freshness
from tidegauge.ingest.feeds.base import Connector, FeedError
from tidegauge.ingest.feeds.registry import CONNECTORS
from tidegauge.ingest.status import StoredFeeds
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.feeds import FeedPart, FeedStatus

app = typer.Typer(help="Formats that can be read, and how feeds stand.", invoke_without_command=True)
_console = Console(highlight=False)
_ANY = "as the file says"
FeedName = Annotated[str, typer.Argument(metavar="NAME", help="as `tidegauge feeds status` names it")]


@app.callback()
def feeds(context: typer.Context) -> None:
    """List the connectors: the name that --format takes, what it reads and what it gives."""
    if context.invoked_subcommand is not None:
        return
    table = Table(box=None, pad_edge=False)
    for title in ("format", "gives", "reads"):
        table.add_column(title, overflow="fold", no_wrap=title != "reads")
    for connector in CONNECTORS.values():
        table.add_row(connector.name, str(connector.kind or _ANY), connector.description)
    _console.print(table)
    _console.print("\n`tidegauge feeds show FORMAT` tells source, columns, units, licence and traps.")


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="FORMAT", help="name of the format")]) -> None:
    """Official source, columns, units, licence and traps of one format."""
    if name not in CONNECTORS:
        raise UserError(f"no format '{name}'; the formats are {', '.join(sorted(CONNECTORS))}")
    typer.echo(about(CONNECTORS[name]))


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="everything, as JSON")] = False,
    data_dir: DataDir = None,
) -> None:
    """How each feed stands: newest period, age, what became of its rows, and whether it is paused."""
    found = _desk(data_dir).feeds()
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    if not found:
        _console.print("Nothing was ingested yet.")
        return
    numbers = ("accepted", "superseded", "repeated", "left out", "quarantined", "open")
    table = Table(box=None, pad_edge=False)
    for title in ("feed", "part", "newest", "age", *numbers):
        right, narrow = title in {*numbers, "age"}, title in {"newest", "age"}
        table.add_column(title, justify="right" if right else "left", overflow="fold", no_wrap=narrow)
    for feed in found:
        counts = (feed.accepted, feed.superseded, feed.repeated, feed.left_out, feed.quarantined, feed.open)
        table.add_row(feed.feed, feed.kind, feed.last_period, _age(feed), *(f"{count:,}" for count in counts))
        for part in feed.parts:
            table.add_row("", part.name, part.last_period, _age(part), f"{part.rows:,}", *[""] * 5)
    _console.print(table)
    for feed in found:
        if feed.paused:
            _console.print(
                f"\n[red]{feed.feed} is paused[/red] since {feed.paused.since}: {escape(feed.paused.reason)}"
            )


@app.command()
def pause(
    name: FeedName,
    reason: Annotated[str, typer.Option(help="why; shown wherever the feed is")] = "by the operator",
    data_dir: DataDir = None,
) -> None:
    """Leave the files of a feed where they are until it is resumed."""
    try:
        _desk(data_dir).pause(name, reason)
    except FeedError as error:
        raise UserError(str(error)) from error
    _console.print(f"{name} is paused; `tidegauge feeds resume {name}` goes on with it.")


@app.command()
def resume(
    name: FeedName,
    *,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="take the file that paused it, its faulty rows into quarantine")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Go on with a paused feed: its files are tried again."""
    if not _desk(data_dir).resume(name, anyway=anyway):
        raise UserError(f"{name} is not paused")
    _console.print(f"{name} goes on.")


def _desk(data_dir: Path | None) -> StoredFeeds:
    return existing_entrance(data_dir).feeds


def _age(of: FeedStatus | FeedPart) -> str:
    if of.age_days is None:
        return ""
    days = f"{of.age_days:,} d"
    return f"[yellow]{days} late[/yellow]" if of.freshness is Freshness.LATE else days


def about(connector: Connector) -> str:
    """What a connector's module says of its format."""
    return inspect.cleandoc(sys.modules[type(connector).__module__].__doc__ or connector.description)
