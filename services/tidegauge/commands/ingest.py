"""`tidegauge ingest`: give files to a data folder, whether or not a process is running on it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tidegauge.commands.files import feed_options, opened, rules_in_force
from tidegauge.commands.up import Terminal, live_from
from tidegauge.inbox import Inbox
from tidegauge.ingest.reading import AUTO
from tidegauge.ingest.source import SourceFile
from tidegauge.runtime.settings import load_settings
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
    data_dir: Annotated[Path | None, typer.Option(help="folder of the databases and the token")] = None,
) -> None:
    """Read files into a data folder and run the rules; a running `up` on that folder takes them over."""
    settings = load_settings(data_dir=data_dir)
    sources = in_order(opened(files, format_name, feed_options(kind, vintage, column_map)))
    try:
        with Stream(settings.data_dir, ingest_settings(settings)) as stream:
            stream.set_rules(rules_in_force(settings.rules_file), live_from(settings))
            if settings.seed_rates:
                stream.seed_rates()
            _take(stream, sources)
    except BusyError:
        inbox = Inbox(settings.data_dir)
        for source in sources:
            inbox.put(source)
            _console.print(f"{source.name} was handed to the running tidegauge process")


def _take(stream: Stream, sources: list[SourceFile]) -> None:
    screen = Terminal()
    with screen.bars:
        for alerts in stream.catch_up():
            for alert in alerts:
                screen.alert(alert)
        for source in sources:
            if stream.ingestor.progress(source).done:
                screen.note(f"{source.name} was taken before; nothing to do")
                continue
            for progress, alerts in stream.feed(source):
                for alert in alerts:
                    screen.alert(alert)
                screen.progress(progress)
            screen.fed(source, stream.ingestor.progress(source).counts)
    screen.summary()
