"""Ingest of one partition of a raw topic, over a file of its own: ledger, quarantine and outbox."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tidegauge.domain.records import RecordKind
from tidegauge.ingest import switch
from tidegauge.ingest.limits import FeedPausedError
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.timekeeper import RawProgress
from tidegauge.ingest.topics import RawMessage, TopicIngestor
from tidegauge.runtime.clock import SystemClock, rfc3339
from tidegauge.runtime.embedded import EmbeddedIngestStore
from tidegauge.runtime.feeds import Pause
from tidegauge.runtime.kafka.files import PartitionFile, StepOutbox
from tidegauge.runtime.kafka.names import RAW_TOPICS, Names

_PARTITIONS_MOST = 1 << 12


class RawPartition:
    """Methods may be called in a thread, one at a time."""

    def __init__(  # noqa: PLR0913, PLR0917 - where it is, and what an ingestor takes
        self,
        topic: str,
        number: int,
        folder: Path,
        names: Names,
        settings: IngestSettings,
        today: Callable[[], date | None],
    ) -> None:
        self.kind: RecordKind = names.raw[topic]
        self.name = f"{topic}-{number}"
        self.path = ledger_path(folder, names, topic, number)
        self._file = PartitionFile(self.path)
        self._store = EmbeddedIngestStore(self._file)
        number_in_log = raw_number(self.kind, number)
        self._ingestor = TopicIngestor(self._store, self.kind, self.name, number_in_log, settings, today)
        self.outbox = StepOutbox(self._file, names)
        self._paused = switch.paused(self._store, self.name)

    @property
    def following(self) -> int:
        """The offset of the next message that the ledger needs."""
        return self._ingestor.state.following

    @property
    def took(self) -> dict[str, int]:
        """What became of the last messages, by outcome."""
        return self._ingestor.took

    def know_rates(self, rows: Sequence[dict[str, Any]]) -> None:
        """Enter exchange rates, for amounts in another currency than their feed's."""
        self._ingestor.know_rates(rows)

    def paused(self) -> Pause | None:
        """Why nothing is taken, until somebody resumes it."""
        if self._paused is not None:  # only this process pauses, anybody may resume
            self._paused = switch.paused(self._store, self.name)
        return self._paused

    def take(self, messages: Sequence[RawMessage]) -> int:
        """Take messages in one transaction; gives how many were new.

        None are taken while the partition is paused, as it is where too many of them are refused.
        """
        if self.paused() is not None:
            return 0
        try:
            return self._ingestor.take_messages(messages)
        except FeedPausedError as error:
            since, behind = rfc3339(SystemClock().now()), messages[-1].offset + 1
            self._paused = Pause(error.reason, since, digest=str(behind))
            switch.pause(self._store, self.name, self._paused)
            return 0

    def progress(self, *, is_idle: bool) -> RawProgress:
        """How far this partition is; to be told when its outbox is empty."""
        state = self._ingestor.state
        periods = [state.periods[name] for name in sorted(state.periods)]
        return RawProgress(
            self.kind, state.following, state.rows, state.oldest_day, state.newest_day, is_idle, periods
        )

    def forget_periods(self, before: int) -> None:
        """Their marks are written."""
        self._ingestor.forget_periods(before)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


def ledger_path(folder: Path, names: Names, topic: str, number: int) -> Path:
    """The file of a raw partition."""
    return folder / f"{names.records}-of-{topic}-{number:05d}.db"


def raw_number(kind: RecordKind, number: int) -> int:
    """The number of a raw partition in the records log."""
    return list(RAW_TOPICS.values()).index(kind) * _PARTITIONS_MOST + number
