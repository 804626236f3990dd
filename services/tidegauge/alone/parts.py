"""What both services need: the database, the event logs, the token."""

from dataclasses import dataclass, field

from sqlalchemy import Engine

from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.events import EventReader
from tidegauge.runtime.health import Health
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


def open_parts(settings: Settings) -> Parts:
    """Open everything; raises UserError, one sentence, for what cannot be had."""
    folder = prepared(settings.data_dir)
    return Parts(
        settings,
        desk_database(settings),
        _events(settings),
        load_or_create(folder),
        SystemClock(),
        Metrics(),
    )


def _events(settings: Settings) -> EventReader:
    path = settings.data_dir / LOG_FILE
    if not path.exists():
        raise UserError(f"there is no {path} to follow: `tidegauge up` or `tidegauge ingest` makes it")
    return open_events(settings.data_dir)
