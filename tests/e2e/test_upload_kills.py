"""`kill -9` around an upload: what was answered 202 is read once; what was not may be sent again."""

import re
import signal
import time

import httpx
import pytest

from tidegauge.runtime.crash import UPLOAD_CRASH_POINTS

pytestmark = pytest.mark.crash
HEADER = "reporter,period,product,nomenclature,origin,flow,net_mass_kg,value,currency,value_basis,source"
ROWS = [f"BR,2020-{m:02},31022100,NCM,CN,import,{m},{m},USD,FOB,test" for m in range(1, 13)]
BODY = "\n".join([HEADER, *ROWS, "BR,2020-01,bad"]).encode()
KEY = {"Idempotency-Key": "delivery-1"}
LONGEST_S = 120
# Where the file is being read, several passages lie before it; two of them are killed.
READING = (
    "ingest.before_commit:3",
    "ingest.after_commit:3",
    "ingest.before_commit:9",
    "monitor.after_commit:4",
)


class Serving:
    """A `tidegauge up`, and a client that holds its token."""

    def __init__(self, product, **environment):
        self.inbox = product.data_dir / "inbox"
        self.process = product.start("up", "--port", "0", TIDEGAUGE_SEED_RATES="false", **environment)
        for line in self.process.stdout:
            if found := re.search(r"Desk: (http://\S+)/", line):
                break
        token = (product.data_dir / "operator-token").read_text().strip()
        self.client = httpx.Client(
            base_url=f"{found[1]}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def post(self):
        try:
            return self.client.post("/files?name=flows.csv", content=BODY, headers=KEY)
        except httpx.TransportError:
            return None

    def settled(self, upload_id):
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            told = self.client.get(f"/uploads/{upload_id}").json()
            if told["state"] == "done":
                return told
        pytest.fail(f"the upload is still {told['state']}")

    def settles_as(self, entry_id, state):
        """Whether an entry comes to a state, and the inbox to rest."""
        deadline = time.monotonic() + LONGEST_S
        while time.monotonic() < deadline:
            found = self.client.get(f"/quarantine/{entry_id}").json()["state"]
            if found == state and not self.waiting():
                return True
        return False

    def waiting(self):
        return [path for path in self.inbox.iterdir() if path.is_file()]

    def stop(self):
        self.client.close()
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=60)


@pytest.mark.parametrize("point", [*(f"{name}:1" for name in UPLOAD_CRASH_POINTS), *READING])
def test_a_kill_around_an_upload_loses_nothing_and_counts_nothing_twice(point, product):
    killed = Serving(product, TIDEGAUGE_CRASH_AT=point)
    answer = killed.post()
    assert killed.process.wait(LONGEST_S) == -signal.SIGKILL, f"{point} was not reached"
    killed.client.close()
    killed.process.stdout.close()
    assert (answer is None) == (point.partition(":")[0] in UPLOAD_CRASH_POINTS)
    serving = Serving(product)
    try:
        accepted = answer if answer is not None else serving.post()
        assert accepted.status_code == 202, accepted.text
        told = serving.settled(accepted.json()["id"])
        assert serving.post().json() == told
        feeds = serving.client.get("/feeds").json()
    finally:
        serving.stop()
    assert (told["read"], told["accepted"], told["quarantined"]) == (13, 12, 1)
    assert [(feed["read"], feed["accepted"], feed["open"]) for feed in feeds] == [(13, 12, 1)]
    inbox = product.data_dir / "inbox"
    assert [path.name for path in inbox.iterdir() if path.is_file()] == []
    assert len(list((inbox / "taken").iterdir())) == 1


@pytest.mark.parametrize(
    ("point", "state"),
    [("inbox.before_release", "open"), ("inbox.before_rename", "mended"), ("inbox.after_release", "mended")],
)
def test_a_kill_while_a_record_is_mended_leaves_it_open_or_mends_it_once(point, state, product, tmp_path):
    figures = tmp_path / "flows.csv"
    figures.write_bytes(BODY)
    quick = {"TIDEGAUGE_SEED_RATES": "false"}
    assert product.run("ingest", figures, **quick).returncode == 0
    mend = ("quarantine", "mend", "1", "--raw", ROWS[0].replace("CN", "US"))
    killed = product.run(*mend, **quick, TIDEGAUGE_CRASH_AT=f"{point}:1")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    serving = Serving(product)
    try:
        assert serving.settles_as(1, state)
        (feed,) = serving.client.get("/feeds").json()
    finally:
        serving.stop()
    assert (feed["accepted"], feed["open"]) == ((13, 0) if state == "mended" else (12, 1))
    if state == "open":
        assert "Entry 1 is mended" in product.run(*mend, **quick).stdout
