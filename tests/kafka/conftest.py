"""A broker for the whole session, and topics of its own for each test."""

import asyncio
import os
import secrets

import pytest
from tests.kafka.broker import Broker
from tests.kafka.certificates import made as made_certificates
from tests.kafka.world import Workers, embedded, ingested

from tidegauge.domain.periods import month_number
from tidegauge.runtime.kafka.settings import KafkaSettings
from tidegauge.runtime.kafka.topics import create_topics
from tidegauge.scenario.parameters import Parameters
from tidegauge.scenario.world import make_world
from tidegauge.scenario.write import Writer

GIVEN = os.environ.get("TIDEGAUGE_TEST_KAFKA", "")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Certificates for the broker and a client."""
    return made_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def broker(tmp_path_factory, certificates):
    """A broker of this session; skipped (in CI: failed) where there is none."""
    running = Broker(tmp_path_factory.mktemp("kafka"), certificates).start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def broker_address(request):
    """host:port of a broker, ours or a given one."""
    return GIVEN or request.getfixturevalue("broker").address


@pytest.fixture
def settings(broker_address):
    """Settings with topics that no other test has."""
    return settings_for(broker_address)


@pytest.fixture
def made(settings):
    """The same settings, with the topics made."""
    asyncio.run(create_topics(settings))
    return settings


def settings_for(address, **given):
    chosen = {
        "partitions": 3, "raw_partitions": 2, "replication": 1, "min_insync": 1, "session_timeout_s": 10.0,
        **given,
    }  # fmt: skip
    return KafkaSettings(brokers=address, prefix=f"t{secrets.token_hex(4)}.", **chosen)


@pytest.fixture
def workers(made, tmp_path):
    """Worker processes over the topics."""
    running = Workers(made, tmp_path)
    yield running
    running.close()


@pytest.fixture(scope="session")
def declarations(tmp_path_factory):
    """Files of declarations with amendments, cancellations, late and double lines."""
    folder = tmp_path_factory.mktemp("history")
    size = Parameters(30_000, products=60, origins=10, months=30, seed=1, first_month=month_number("2022-01"))
    for _ in Writer(folder, make_world(size)).write():
        pass
    return sorted(folder.glob("declarations-*.csv"))


@pytest.fixture(scope="session")
def history(declarations):
    """A records log of them in three partitions."""
    return ingested(declarations)


@pytest.fixture(scope="session")
def expected(history):
    """What the embedded monitor says of it."""
    return embedded(history)
