"""The adapters of the runtime ports, each as a thing that can be opened again."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tidegauge.runtime.embedded import (
    EmbeddedEvents,
    EmbeddedIngestStore,
    EmbeddedLog,
    EmbeddedStateStore,
    LogDatabase,
)
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore


class Memory:
    """Everything in this process; opening it again finds the same objects."""

    def __init__(self):
        self.ingest, self._events = MemoryIngestStore(), MemoryEvents()
        self._states = {}

    def reopened(self):
        return self

    @property
    def log(self):
        return self.ingest.log()

    @property
    def events(self):
        return self._events

    def state(self, partition=0):
        return self._states.setdefault(partition, MemoryStateStore(self._events))

    def quarantined(self):
        return self.ingest.rejects

    def close(self):
        pass


@dataclass
class Embedded:
    """One SQLite file."""

    path: Any
    database: LogDatabase = field(init=False)

    def __post_init__(self):
        self.database = LogDatabase(self.path)

    def reopened(self):
        self.close()
        return Embedded(self.path)

    @property
    def ingest(self):
        return EmbeddedIngestStore(self.database)

    @property
    def log(self):
        return EmbeddedLog(self.database)

    @property
    def events(self):
        return EmbeddedEvents(self.database)

    def state(self, partition=0):
        return EmbeddedStateStore(self.database, partition)

    def quarantined(self):
        return self.ingest.quarantined()

    def close(self):
        self.database.close()


@pytest.fixture(params=["memory", "embedded"])
def runtime(request, tmp_path):
    made = Memory() if request.param == "memory" else Embedded(tmp_path / "log.db")
    yield made
    made.close()
