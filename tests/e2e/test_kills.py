"""`kill -9` of `tidegauge up` at every named crash point and at random moments: nothing is lost."""

import csv
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tidegauge.runtime.crash import CRASH_POINTS

pytestmark = pytest.mark.crash
EXAMPLE = Path(__file__).parents[2] / "examples" / "brazil-fertilizers"
COMMAND = [sys.executable, "-c", "from tidegauge.cli import main; main()"]
# Which passage of a point is killed: late enough that work lies behind it, early enough that it is reached.
PASSAGE = {"intake": 2, "notify.before_commit": 2, "notify.after_commit": 2}
LONGEST_RUN_S = 120


class Receiver:
    """A webhook receiver that keeps every body under its webhook-id."""

    def __init__(self):
        self.bodies = defaultdict(set)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.bodies[self.headers["webhook-id"]].add(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two products over eight years: small enough to run dozens of times, with every kind of event."""
    path = tmp_path_factory.mktemp("figures") / "flows.csv"
    with (EXAMPLE / "flows.csv").open(newline="") as source, path.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames)
        writer.writeheader()
        writer.writerows(
            row
            for row in rows
            if row["product"] in {"31022100", "31054000"} and "2017-01" <= row["period"] <= "2021-12"
        )
    return [path, EXAMPLE / "fx.csv", EXAMPLE / "benchmarks.csv"]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


class Folder:
    """A data folder with one subscriber, and the commands on it."""

    def __init__(self, path, receiver):
        self.path = path
        self.environment = {
            **os.environ,
            "TIDEGAUGE_DATA_DIR": str(path),
            "TIDEGAUGE_LIVE_FROM": "1997-01",
            "TIDEGAUGE_WEBHOOK_ALLOW": "127.0.0.0/8",
        }
        self.run("subscriptions", "add", receiver.url)

    def run(self, *arguments):
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            timeout=LONGEST_RUN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def up(self, files):
        return ["up", *map(str, files), "--once"]

    def start(self, files, **more):
        return subprocess.Popen(
            [*COMMAND, *self.up(files)],
            env={**self.environment, **more},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def entries(self):
        if not (self.path / "log.db").exists():
            return 0
        with closing(sqlite3.connect(f"file:{self.path / 'log.db'}?mode=ro", uri=True)) as database:
            try:
                return database.execute("SELECT count(*) FROM log").fetchone()[0]
            except sqlite3.OperationalError:
                return 0  # not made yet


@pytest.fixture(scope="module")
def undisturbed(files, tmp_path_factory):
    """The alerts of a run that nobody disturbs, and what its receiver saw."""
    receiver = Receiver()
    folder = Folder(tmp_path_factory.mktemp("undisturbed"), receiver)
    folder.run(*folder.up(files))
    alerts = folder.run("alerts", "export")
    entries = folder.entries()
    receiver.close()
    events = {json.loads(line)["event_id"] for line in alerts.splitlines()}
    assert len(events) > 50, "the figures must raise enough alerts to lose some"
    assert set(receiver.bodies) == events
    return alerts, {name: set(bodies) for name, bodies in receiver.bodies.items()}, entries


def settles_as(undisturbed, folder, receiver, files):
    folder.run(*folder.up(files))
    alerts, bodies, _ = undisturbed
    assert folder.run("alerts", "export") == alerts
    assert dict(receiver.bodies) == bodies, "every event reached the receiver, always with the same body"


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_kill_at_a_crash_point_changes_nothing(point, files, receiver, undisturbed, tmp_path):
    folder = Folder(tmp_path, receiver)
    passage = PASSAGE.get(point, PASSAGE.get(point.partition(".")[0], 5))
    process = folder.start(files, TIDEGAUGE_CRASH_AT=f"{point}:{passage}")
    assert process.wait(LONGEST_RUN_S) == -signal.SIGKILL, f"{point} was not reached {passage} times"
    settles_as(undisturbed, folder, receiver, files)


@pytest.mark.parametrize("seed", range(4))
def test_kills_at_random_moments_change_nothing(seed, files, receiver, undisturbed, tmp_path):
    folder, chance = Folder(tmp_path, receiver), random.Random(seed)  # noqa: S311 - moments, no secrets
    for moment in sorted(chance.sample(range(undisturbed[2]), 3)):
        process = folder.start(files)
        while process.poll() is None and folder.entries() <= moment:
            pass
        process.kill()
        process.wait(LONGEST_RUN_S)
    settles_as(undisturbed, folder, receiver, files)
