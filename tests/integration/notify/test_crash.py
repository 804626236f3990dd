"""kill -9 at each of notify's crash points: nothing is lost, and the webhook-id stays."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from tests.alerts import make_alert

from tidegauge.runtime.crash import CRASH_POINTS
from tidegauge.runtime.wire import encode_alert

DRIVER = Path(__file__).with_name("drive.py")
POINTS = [point for point in CRASH_POINTS if point.startswith("notify.")]


def drive(folder, database_url, crash_at=None):
    environment = os.environ | {
        "TIDEGAUGE_WEBHOOK_ALLOW": "127.0.0.0/8",
        "TIDEGAUGE_DATABASE_URL": database_url,
    }
    if crash_at:
        environment["TIDEGAUGE_CRASH_AT"] = crash_at
    command = [sys.executable, str(DRIVER), str(folder)]
    return subprocess.run(command, env=environment, check=False, timeout=120, stdout=sys.stderr).returncode


@pytest.mark.crash
@pytest.mark.parametrize("point", POINTS)
def test_every_event_arrives_after_a_kill(house, receiver, database_url, tmp_path, point):
    house.subscribe(receiver.url("/one"))
    house.subscribe(receiver.url("/two"))
    alerts = [make_alert(seq=seq) for seq in range(1, 6)]
    (tmp_path / "alerts.jsonl").write_bytes(b"\n".join(map(encode_alert, alerts)))
    assert drive(tmp_path, database_url, f"{point}:2") == -signal.SIGKILL
    assert drive(tmp_path, database_url) == 0
    wanted = {alert.event_id for alert in alerts}
    for path in ("/one", "/two"):
        seen = Counter(receiver.ids(path))
        assert set(seen) == wanted
        assert max(seen.values()) <= 2
    assert {message.state for message in house.messages()} == {"delivered"}
    assert len(house.messages()) == 2 * len(alerts)
    assert len({(each.webhook_id, each.body) for each in receiver.requests}) == len(alerts)
    if point == "notify.after_send":
        assert len(receiver.requests) > 2 * len(alerts)
