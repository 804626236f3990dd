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
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """A migrated, empty database of either kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").database("intake", _migrate)
    path = tmp_path / "desk.db"
    shutil.copyfile(request.getfixturevalue("migrated"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def engine(database_url):
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def _migrate(url):
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture
def desk(engine):
    return Desk(engine)
