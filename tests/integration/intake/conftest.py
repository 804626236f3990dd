"""A migrated desk database, a clock that stands still, and events to read."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from tidegauge.domain.alerts import Alert
from tidegauge.intake.consumer import IntakeConsumer
from tidegauge.intake.migrate import migrate
from tidegauge.runtime.database import open_engine
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.wire import encode_alert


class StillClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_days(self, days: float) -> None:
        self.at += timedelta(days=days)


class Desk:
    """Everything that a test of intake holds in its hands."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.events = MemoryEvents()
        self.clock = StillClock()
        self.consumer = IntakeConsumer(engine, self.events, self.clock)

    def receive(self, *alerts: Alert) -> None:
        for alert in alerts:
            self.events.append(Topic.ALERTS, encode_alert(alert))
        while self.consumer.step():
            pass


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A migrated, empty database file to copy: a migration takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "desk.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def engine(tmp_path, migrated):
    path = tmp_path / "desk.db"
    shutil.copyfile(migrated, path)
    engine = open_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture
def desk(engine):
    return Desk(engine)
