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


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """An empty database of either kind."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres").database()
    return f"sqlite:///{tmp_path}/desk.db"


@pytest.fixture
def house(database_url):
    engine = open_engine(database_url)
    migrate(engine)
    yield House(engine, ManualClock(datetime.now(UTC).replace(microsecond=0)))
    engine.dispose()
