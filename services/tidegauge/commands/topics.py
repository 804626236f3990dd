"""`tidegauge topics`: make the Kafka topics, or hold them against the settings."""

import asyncio
from typing import Annotated

import typer

from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.kafka.topics import TopicState, check_topics, create_topics

app = typer.Typer(no_args_is_help=True, help="Make the Kafka topics, or hold them against the settings.")
Log = Annotated[str | None, typer.Option("--log", help="kafka://host:port; default: TIDEGAUGE_KAFKA_BROKERS")]


@app.command()
def create(log: Log = None) -> None:
    """Make the topics that are missing; those that exist are only checked."""
    _tell(asyncio.run(create_topics(load_kafka_settings(log))))


@app.command()
def check(log: Log = None) -> None:
    """Hold partitions, copies, retention and compaction of every topic against the settings."""
    _tell(asyncio.run(check_topics(load_kafka_settings(log))))


def _tell(states: list[TopicState]) -> None:
    for state in states:
        if not state.faults:
            how = "made" if state.made else "as it must be"
            typer.echo(f"{state.name}: {state.partitions} partitions, {how}")
        for fault in state.faults:
            typer.echo(f"{state.name}: {fault}")
    faulty = sum(bool(state.faults) for state in states)
    if faulty:
        raise UserError(f"{faulty} of {len(states)} topics are not as they must be")
