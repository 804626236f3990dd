"""A receiver on loopback and a house with a fresh database, for every test here."""

from datetime import UTC, datetime

import pytest
from tests.integration.notify.house import House, ManualClock
from tests.integration.notify.receiver import Receiver

from tidegauge.notify.database import migrate
from tidegauge.runtime.database import open_engine


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def house(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path}/desk.db")
    migrate(engine)
    yield House(engine, ManualClock(datetime.now(UTC).replace(microsecond=0)))
    engine.dispose()
