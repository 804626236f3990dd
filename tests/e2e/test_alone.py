"""`tidegauge intake` and `tidegauge notify` apart, on PostgreSQL, also killed and cut off from it."""

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.e2e.conftest import COMMAND, LONGEST_RUN_S
from tests.e2e.receiver import Receiver
from tests.postgres import Server, binaries, own_server

from tidegauge.runtime.crash import CRASH_POINTS
from tidegauge.runtime.database import open_engine

POINTS = [point for point in CRASH_POINTS if point.partition(".")[0] in {"intake", "notify"}]
TABLES = {
    "alert": "alert_id, seq, status, severity, live",
    "alert_event": "event_id, payload",
    "intake_decision": "event_id, reason",
    "situation": "key, live, state",
    "figure": "product, origin, month, known_from, mass_g, value_e4",
    "notify_message": "event_id, state",
}


@pytest.fixture(scope="module")
def log(files, tmp_path_factory):
    """A data folder whose log holds alerts that nobody has read yet."""
    folder = tmp_path_factory.mktemp("log")
    environment = {**os.environ, "TIDEGAUGE_DATA_DIR": str(folder), "TIDEGAUGE_LIVE_FROM": "1997-01"}
    command = [*COMMAND, "ingest", *map(str, files)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=LONGEST_RUN_S)
    return folder


class House:
    """A copy of the log, a database, and the two services over them."""

    def __init__(self, folder, url, receiver):
        self.engine = open_engine(url)
        self.receiver = receiver
        self.environment = {
            **os.environ,
            "TIDEGAUGE_DATA_DIR": str(folder),
            "TIDEGAUGE_DATABASE_URL": url,
            "TIDEGAUGE_PORT": "0",
            "TIDEGAUGE_WEBHOOK_ALLOW": "127.0.0.0/8",
        }
        command = [*COMMAND, "subscriptions", "add", receiver.url]
        subprocess.run(command, env=self.environment, check=True, capture_output=True, timeout=LONGEST_RUN_S)

    @contextmanager
    def running(self, *services, **more):
        """The services, stopped at the end unless they are dead already."""
        started = [
            subprocess.Popen(
                [*COMMAND, service], env={**self.environment, **more}, stdout=subprocess.PIPE, text=True,
                stderr=subprocess.DEVNULL,
            )
            for service in services
        ]  # fmt: skip
        try:
            yield started
        finally:
            for process in started:
                if process.poll() is None:
                    process.terminate()
                process.stdout.close()
            codes = [process.wait(LONGEST_RUN_S) for process in started]
            assert set(codes) <= {0, -signal.SIGKILL}, codes

    def rows(self):
        """What the tables hold, without what depends on the moment."""
        with self.engine.connect() as connection:
            return {
                table: sorted(map(tuple, connection.execute(text(f"SELECT {columns} FROM {table}"))))  # noqa: S608
                for table, columns in TABLES.items()
            }

    def settled(self, events):
        """Whether everything is stored and delivered; not while the tables or the server are away."""
        with suppress(DBAPIError), self.engine.connect() as connection:
            stored = connection.execute(text("SELECT count(*) FROM alert_event")).scalar_one()
            delivered = "SELECT count(*) FROM notify_message WHERE state = 'delivered'"
            return (stored, connection.execute(text(delivered)).scalar_one()) == (events, events)
        return False


def until(condition, what):
    """Wait for a condition; fails with what was waited for."""
    last = time.monotonic() + LONGEST_RUN_S
    while not condition():
        assert time.monotonic() < last, f"waited in vain for {what}"
        time.sleep(0.02)


def settle(house, events):
    with house.running("intake", "notify"):
        until(lambda: house.settled(events), "every alert to be stored and delivered")


@pytest.fixture(scope="module")
def undisturbed(log, postgres, tmp_path_factory):
    folder, receiver = tmp_path_factory.mktemp("undisturbed") / "data", Receiver()
    shutil.copytree(log, folder)
    house = House(folder, postgres.database(), receiver)
    events = len(_exported(folder))
    settle(house, events)
    rows, bodies = house.rows(), dict(receiver.bodies)
    house.engine.dispose()
    receiver.close()
    assert set(bodies) == {event for event, _ in rows["notify_message"]}
    return events, rows, bodies


def _exported(folder):
    environment = {**os.environ, "TIDEGAUGE_DATA_DIR": str(folder)}
    command = [*COMMAND, "alerts", "export"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, timeout=LONGEST_RUN_S)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def house(log, postgres, receiver, tmp_path):
    shutil.copytree(log, tmp_path / "data")
    made = House(tmp_path / "data", postgres.database(), receiver)
    yield made
    made.engine.dispose()


def test_the_services_share_the_work(house, undisturbed):
    events, rows, bodies = undisturbed
    settle(house, events)
    assert house.rows() == rows
    assert house.receiver.bodies == bodies
    with house.running("notify", "notify") as services:
        addresses = [_address(process) for process in services]
        until(
            lambda: sorted(_sender(address) for address in addresses) == ["idle", "waiting"],
            "one sender to work and one to stand by",
        )


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_changes_nothing(point, house, undisturbed):
    events, rows, bodies = undisturbed
    service = point.partition(".")[0]
    passage = 1 if point.endswith("commit") else 2
    with house.running(service, TIDEGAUGE_CRASH_AT=f"{point}:{passage}") as (process,):
        until(lambda: process.poll() is not None, f"{point} to be reached {passage} times")
    assert process.returncode == -signal.SIGKILL
    settle(house, events)
    assert house.rows() == rows
    assert house.receiver.bodies == bodies


@pytest.mark.crash
def test_a_database_that_goes_and_comes_back_loses_nothing(log, receiver, undisturbed, tmp_path):
    if binaries() is None:
        pytest.skip("a server of our own is needed, to be stopped: apt-get install postgresql")
    events, rows, bodies = undisturbed
    shutil.copytree(log, tmp_path / "data")
    with own_server() as server:
        databases = Server(server.url)
        house = House(tmp_path / "data", databases.database(), receiver)
        with house.running("intake", "notify"):
            until(lambda: len(receiver.bodies) > len(bodies) // 4, "some webhooks to arrive")
            server.stop()
            server.start()
            until(lambda: house.settled(events), "every alert to be stored and delivered")
        assert house.rows() == rows
        assert receiver.bodies == bodies
        house.engine.dispose()
        databases.drop_all()


def _address(process):
    for line in process.stdout:
        if line.startswith("notify: "):
            return line.split()[1]
    raise AssertionError("the service ended before it listened")


def _sender(address):
    try:
        with urllib.request.urlopen(f"{address}healthz") as answer:  # noqa: S310 - our own address
            services = json.load(answer)["services"]
    except OSError:
        return ""
    return next((each["condition"] for each in services if each["service"] == "sender"), "")
