"""`tidegauge ingest`: give files to a data folder, whether or not a process is running on it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tidegauge.commands.files import feed_options, opened, rules_in_force
from tidegauge.commands.up import Terminal, live_from
from tidegauge.domain.alerts import Alert
from tidegauge.feeder import Feeder, Hooks
from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.reading import AUTO
from tidegauge.ingest.source import Given
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import Settings, load_settings
from tidegauge.stream import BusyError, Stream, in_order, ingest_settings

_console = Console(highlight=False)


def ingest(  # noqa: PLR0913 - each option is one word of the command line
    files: Annotated[list[Path], typer.Argument(help="canonical files, or official ones with --format")],
    *,
    format_name: Annotated[str, typer.Option("--format", help="the connector; default: by content")] = AUTO,
    kind: Annotated[str | None, typer.Option(help="what the rows are, where the columns do not say")] = None,
    vintage: Annotated[str | None, typer.Option(help="publication date of files that carry none")] = None,
    column_map: Annotated[
        Path | None, typer.Option("--map", help="TOML: which columns of an SDMX-CSV file are which fields")
    ] = None,
    feed: Annotated[str, typer.Option(help="name of the feed they belong to; default: by format")] = "",
    data_dir: Annotated[Path | None, typer.Option(help="folder of the databases and the token")] = None,
) -> None:
    """Read files into a data folder and run the rules; a running `up` on that folder takes them over."""
    settings = load_settings(data_dir=data_dir)
    sources = in_order(opened(files, format_name, feed_options(kind, vintage, column_map), Given(feed=feed)))
    try:
        with Stream(settings.data_dir, ingest_settings(settings)) as stream:
            stream.set_rules(rules_in_force(settings.rules_file), live_from(settings))
            if settings.seed_rates:
                stream.seed_rates()
            feed_here(stream, settings, lambda feeder: [feeder.take(source) for source in sources])
    except BusyError:
        inbox = Inbox(settings.data_dir)
        for source in sources:
            inbox.put(source)
            _console.print(f"{source.name} was handed to the running tidegauge process")


def feed_here(stream: Stream, settings: Settings, work: Callable[[Feeder], object]) -> None:
    """Feed a stream in this process, with bars and a summary."""
    screen = Terminal()

    def tell(alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            screen.alert(alert)

    with screen.bars:
        feeder = Feeder(stream, Inbox(settings.data_dir), screen, Hooks(tell))
        feeder.catch_up()
        work(feeder)
    screen.summary()
    if feeder.held:
        raise UserError(f"{len(feeder.held)} of the files wait, as their feed is paused")
