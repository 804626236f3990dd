"""What both services need: the database, the event logs, the token."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import EventReader
from tidegauge.runtime.health import Health
from tidegauge.runtime.kafka.events import KafkaEvents
from tidegauge.runtime.kafka.settings import load_kafka_settings
from tidegauge.runtime.metrics import Metrics
from tidegauge.runtime.settings import Settings
from tidegauge.runtime.token import OperatorToken, load_or_create
from tidegauge.stream import LOG_FILE, desk_database, open_events, prepared


@dataclass(frozen=True, slots=True)
class Parts:
    """The adapters of one process."""

    settings: Settings
    engine: Engine
    reader: EventReader
    token: OperatorToken
    clock: SystemClock
    metrics: Metrics
    health: Health = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "health", Health(self.metrics, self.clock, self.settings.stall_after_s))


def open_parts(settings: Settings, log: str | None = None) -> Parts:
    """Open everything; raises UserError, one sentence, for what cannot be had.

    `log` is a Kafka address; without one the services follow log.db of the data folder.
    """
    folder = prepared(settings.data_dir)
    return Parts(
        settings,
        desk_database(settings),
        _events(settings, log),
        load_or_create(folder),
        SystemClock(),
        Metrics(),
    )


def _events(settings: Settings, log: str | None) -> EventReader:
    if log is not None:
        return KafkaEvents(load_kafka_settings(log))
    path = settings.data_dir / LOG_FILE
    if not path.exists():
        raise UserError(f"there is no {path} to follow: `tidegauge up` or `tidegauge ingest` makes it")
    return open_events(settings.data_dir)
