"""Ingest and monitor over one data folder: the embedded runtime without the desk."""

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from tidegauge.domain.alerts import Alert
from tidegauge.domain.records import RecordKind
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.editions import read_editions
from tidegauge.ingest.limits import InvalidLimit
from tidegauge.ingest.rates_seed import rates_seed
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import SourceFile
from tidegauge.ingest.taking.progress import Progress
from tidegauge.monitor.service import Monitor
from tidegauge.monitor.step import Output
from tidegauge.runtime.clock import SystemClock, rfc3339, today
from tidegauge.runtime.database import open_engine, reachable
from tidegauge.runtime.embedded import (
    EmbeddedEvents,
    EmbeddedIngestStore,
    EmbeddedLog,
    EmbeddedStateStore,
    LogDatabase,
)
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.heap import set_aside
from tidegauge.runtime.settings import Settings

LOG_FILE, DESK_FILE, LOCK_FILE = "log.db", "desk.db", "lock"
PARTITION = 0
_FACTS = (RecordKind.FLOW, RecordKind.DECLARATION)


class BusyError(UserError):
    """Another process writes to the data folder."""


class Stream:
    """The one writer of a data folder; hold it with `with`."""

    def __init__(
        self, data_dir: Path, settings: IngestSettings, *, observe: Callable[[Output], None] | None = None
    ) -> None:
        self.data_dir = prepared(data_dir)
        self._lock = _locked(data_dir / LOCK_FILE)
        self._database = LogDatabase(data_dir / LOG_FILE)
        self.store = EmbeddedIngestStore(self._database)
        self.ingestor = Ingestor(self.store, settings, today, lambda: rfc3339(SystemClock().now()))
        state = EmbeddedStateStore(self._database, PARTITION)
        self.monitor = Monitor(EmbeddedLog(self._database), state, PARTITION, observe=observe)
        set_aside()

    def __enter__(self) -> Self:
        """Held."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give the folder back."""
        self._database.close()
        os.close(self._lock)

    def set_rules(self, ruleset: Ruleset, live_from: int) -> None:
        """Put rules in force, if they are not already; the first start fixes `live_from`."""
        self.ingestor.set_rules(ruleset.to_record(), live_from)

    def seed_rates(self) -> None:
        """Take the exchange rates that come with the program, unless these are known already."""
        for _ in self.feed(rates_seed()):
            pass

    def catch_up(self) -> Iterator[list[Alert]]:
        """Take what an earlier run left in the log."""
        yield from self.monitor.drain()

    def feed(self, source: SourceFile) -> Iterator[tuple[Progress, list[Alert]]]:
        """Take a file step by step, each followed by the alerts that it raised."""
        for progress in self.ingestor.take(source):
            alerts = [alert for batch in self.monitor.drain() for alert in batch]
            yield progress, alerts


def ingest_settings(settings: Settings) -> IngestSettings:
    """What an operator set about ingest."""
    return IngestSettings(
        batch_rows=settings.batch_rows,
        mark_every_rows=settings.mark_every_rows,
        reporting_currency=settings.reporting_currency,
        editions=_editions(settings.editions),
        cif_where_stated=settings.cif_where_stated,
        limit=InvalidLimit(
            settings.feed_max_invalid_share, settings.feed_min_rows, settings.feed_max_invalid_run
        ),
    )


def _editions(text: str) -> dict[str, str]:
    try:
        return read_editions(text)
    except ValueError as error:
        raise UserError(f"TIDEGAUGE_EDITIONS: {error}") from error


def open_events(data_dir: Path) -> EmbeddedEvents:
    """The event logs of a data folder, over a connection of their own."""
    return EmbeddedEvents(LogDatabase(data_dir / LOG_FILE))


def desk_database(settings: Settings) -> Engine:
    """The database under intake and notify: as set, else desk.db of the data folder; raises UserError."""
    url = settings.database_url.get_secret_value() or f"sqlite:///{settings.data_dir / DESK_FILE}"
    return reachable(open_engine(url))


def in_order(sources: Iterable[SourceFile]) -> list[SourceFile]:
    """Prices, rates and other reference files first, so that the figures find them in the books."""
    return sorted(sources, key=lambda source: source.kind in _FACTS)


def prepared(data_dir: Path) -> Path:
    """The data folder, made if need be; raises UserError where it cannot be written."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UserError(f"cannot use {data_dir} as data folder: {error.strerror}") from error
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise UserError(f"cannot write to the data folder {data_dir}")
    return data_dir


def _locked(path: Path) -> int:
    """A lock that dies with the process."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise BusyError(f"another tidegauge process is using {path.parent}") from None
    return handle
