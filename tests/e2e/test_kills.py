"""`kill -9` of `tidegauge up` at every named crash point and at random moments: nothing is lost."""

import json
import os
import random
import signal
import sqlite3
import subprocess
from contextlib import closing

import pytest
from tests.e2e.conftest import COMMAND
from tests.e2e.receiver import Receiver

from tidegauge.runtime.crash import CRASH_POINTS

pytestmark = pytest.mark.crash
# Which passage of a point is killed: late enough that work lies behind it, early enough that it is reached.
PASSAGE = {"intake": 2, "notify.before_commit": 2, "notify.after_commit": 2}
LONGEST_RUN_S = 120


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


@pytest.mark.parametrize("seed", range(2))  # three kills each; more would not fit into CI's twelve minutes
def test_kills_at_random_moments_change_nothing(seed, files, receiver, undisturbed, tmp_path):
    folder, chance = Folder(tmp_path, receiver), random.Random(seed)  # noqa: S311 - moments, no secrets
    for moment in sorted(chance.sample(range(undisturbed[2]), 3)):
        process = folder.start(files)
        while process.poll() is None and folder.entries() <= moment:
            pass
        process.kill()
        process.wait(LONGEST_RUN_S)
    settles_as(undisturbed, folder, receiver, files)
