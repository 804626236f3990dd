"""`tidegauge monitor`: one worker of the monitor on Kafka."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from tidegauge.runtime import logging
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.kafka.topics import require_topics
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.settings import load_settings
from tidegauge.stream import prepared
from tidegauge.workers.serving import run_beside


def monitor(
    *,
    log: Annotated[str, typer.Option("--log", help="kafka://host:port of some brokers")],
    data_dir: Annotated[Path | None, typer.Option(help="folder of the states; one for each worker")] = None,
    host: Annotated[str | None, typer.Option(help="address of metrics and health")] = None,
    port: Annotated[int | None, typer.Option(help="port of metrics and health")] = None,
) -> None:
    """Read the records topic, run the rules, write alerts and figures; start one or several."""
    from tidegauge.workers.monitor import MonitorWorker  # noqa: PLC0415 - Faust takes half a second to load

    settings, kafka = load_settings(data_dir=data_dir, host=host, port=port), load_kafka_settings(log)
    logging.configure(settings.log_level, settings.log_format)
    metrics = Metrics()
    health = Health(metrics, SystemClock(), settings.stall_after_s)
    worker = MonitorWorker(kafka, prepared(settings.data_dir), metrics, health)

    async def run() -> None:
        await require_topics(kafka)
        await run_beside(worker.run, health, metrics, settings.host, settings.port, typer.echo)

    asyncio.run(run())
