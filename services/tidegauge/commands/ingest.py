"""`tidegauge ingest`: give files to a data folder, whether or not a process is running on it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from tidegauge.runtime import logging
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.kafka.topics import require_topics
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.settings import Settings, load_settings
from tidegauge.stream import BusyError, Stream, in_order, ingest_settings, prepared

_console = Console(highlight=False)


def ingest(  # noqa: PLR0913 - each option is one word of the command line
    files: Annotated[
        list[Path] | None, typer.Argument(help="canonical files, or official ones with --format")
    ] = None,
    *,
    format_name: Annotated[str, typer.Option("--format", help="the connector; default: by content")] = AUTO,
    kind: Annotated[str | None, typer.Option(help="what the rows are, where the columns do not say")] = None,
    vintage: Annotated[str | None, typer.Option(help="publication date of files that carry none")] = None,
    column_map: Annotated[
        Path | None, typer.Option("--map", help="TOML: which columns of an SDMX-CSV file are which fields")
    ] = None,
    feed: Annotated[str, typer.Option(help="name of the feed they belong to; default: by format")] = "",
    log: Annotated[
        str | None, typer.Option("--log", help="kafka://host:port: consume the raw topics, instead of files")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="folder of the databases and the token")] = None,
    host: Annotated[str | None, typer.Option(help="with --log: address of metrics and health")] = None,
    port: Annotated[int | None, typer.Option(help="with --log: port of metrics and health")] = None,
) -> None:
    """Read files into a data folder and run the rules; a running `up` on that folder takes them over.

    With --log read the raw topics of Kafka and write the records topic instead, until stopped.
    """
    settings = load_settings(data_dir=data_dir, host=host, port=port)
    if log is not None:
        _consume(settings, log, files or [])
        return
    if not files:
        raise UserError("name files to read, or the brokers with --log")
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


def _consume(settings: Settings, log: str, files: list[Path]) -> None:
    """Run one ingest worker on Kafka until a signal comes."""
    from tidegauge.workers.ingest import IngestPlan, IngestWorker  # noqa: PLC0415 - as in commands.monitor
    from tidegauge.workers.serving import run_beside  # noqa: PLC0415

    if files:
        raise UserError("with --log records come from the raw topics, not from files")
    kafka = load_kafka_settings(log)
    logging.configure(settings.log_level, settings.log_format)
    chosen = replace(ingest_settings(settings), partitions=kafka.partitions)
    rules = rules_in_force(settings.rules_file)
    plan = IngestPlan(kafka, chosen, prepared(settings.data_dir), rules, live_from(settings))
    metrics = Metrics()
    health = Health(metrics, SystemClock(), settings.stall_after_s)

    async def run() -> None:
        await require_topics(kafka)
        worker = IngestWorker(plan, metrics, health)
        await run_beside(worker.run, health, metrics, settings.host, settings.port, typer.echo)

    asyncio.run(run())


def feed_here(stream: Stream, settings: Settings, work: Callable[[Feeder], object]) -> None:
    """Feed a stream in this process, with bars and a summary."""
    screen = Terminal()

    def tell(alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            screen.alert(alert)

    with screen.bars:
        inbox = Inbox(settings.data_dir)
        inbox.recover()
        feeder = Feeder(stream, inbox, screen, Hooks(tell))
        feeder.catch_up()
        work(feeder)
    screen.summary()
    if feeder.held:
        raise UserError(f"{len(feeder.held)} of the files wait, as their feed is paused")
