"""`tidegauge ledgers`: how the ledgers of ingest workers on Kafka stand; resume and rebuild them."""

import asyncio
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tidegauge.ingest.switch import all_paused
from tidegauge.ingest.switch import resume as go_on
from tidegauge.ingest.topics import STATE, topic_state
from tidegauge.runtime import logging
from tidegauge.runtime.embedded import EmbeddedIngestStore, LogDatabase
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.kafka.topics import require_topics
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import ingest_settings, prepared

app = typer.Typer(no_args_is_help=True, help="The ledgers of ingest workers on Kafka: how they stand.")
Log = Annotated[str | None, typer.Option("--log", help="kafka://host:port; default: TIDEGAUGE_KAFKA_BROKERS")]
LEDGERS = "*-of-*.db"
DataDir = Annotated[Path | None, typer.Option(help="folder of the ledgers")]


@app.command()
def status(data_dir: DataDir = None) -> None:
    """Where the ledgers of a folder stand, and which are paused and why."""
    for path in sorted(prepared(load_settings(data_dir=data_dir).data_dir).glob(LEDGERS)):
        with closing(LogDatabase(path)) as file:
            store = EmbeddedIngestStore(file)
            typer.echo(f"{path.name}: up to message {topic_state(store.document(STATE)).following}")
            for name, why in all_paused(store).items():
                typer.echo(f"  {name} is paused since {why.since}: {why.reason}")


@app.command()
def resume(
    name: Annotated[str, typer.Argument(help="as `tidegauge ledgers status` names it: TOPIC-PARTITION")],
    data_dir: DataDir = None,
) -> None:
    """Go on with a paused partition: the messages that paused it are taken, faulty ones into quarantine."""
    topic, _, number = name.rpartition("-")
    folder = prepared(load_settings(data_dir=data_dir).data_dir)
    for path in folder.glob(f"*-of-{topic}-{number.zfill(5)}.db"):
        with closing(LogDatabase(path)) as file:
            if go_on(EmbeddedIngestStore(file), name, anyway=True):
                typer.echo(f"{name} goes on")
                return
    raise UserError(f"{name} is not paused in {folder}")


@app.command()
def rebuild(log: Log = None, data_dir: DataDir = None) -> None:
    """Rebuild ledgers that are lost or behind from the raw topics; stop ingest before.

    A ledger is put into its place only if it comes to what the records topic holds, to the last line.
    """
    settings, kafka = load_settings(data_dir=data_dir), load_kafka_settings(log)
    logging.configure(settings.log_level, settings.log_format)
    chosen = replace(ingest_settings(settings), partitions=kafka.partitions, limit=None)
    folder = prepared(settings.data_dir)

    async def run() -> None:
        from tidegauge.workers.rebuilding import rebuild as rebuilt  # noqa: PLC0415 - as in commands.monitor

        await require_topics(kafka)
        count = 0
        async for name, following in rebuilt(kafka, chosen, folder):
            count += 1
            typer.echo(f"{name}: rebuilt up to message {following}")
        if not count:
            typer.echo(f"no ledger in {folder} is behind what records holds")

    asyncio.run(run())
