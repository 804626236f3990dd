"""`tidegauge ledgers`: bring back the ledgers of ingest workers on Kafka."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tidegauge.runtime import logging
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.kafka.topics import require_topics
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import ingest_settings, prepared

app = typer.Typer(no_args_is_help=True, help="Bring back the ledgers of ingest workers on Kafka.")
Log = Annotated[str | None, typer.Option("--log", help="kafka://host:port; default: TIDEGAUGE_KAFKA_BROKERS")]
DataDir = Annotated[Path | None, typer.Option(help="folder of the ledgers")]


@app.callback()
def ledgers() -> None:
    """Bring back the ledgers of ingest workers on Kafka."""


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
