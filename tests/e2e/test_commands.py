"""What a person at the keyboard sees: one clear sentence, an exit status, never a traceback."""

import json
import re
import signal
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest

HEADER = "reporter,period,product,nomenclature,origin,flow,net_mass_kg,value,currency,value_basis,source\n"


def row(period="2020-01", product="31022100", origin="CN", mass="1000", value="500"):
    return f"BR,{period},{product},NCM,{origin},import,{mass},{value},USD,FOB,test\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["replay", "nowhere.csv", "--out", "o"], "nowhere.csv: no such file", id="missing file"),
        pytest.param(["ingest", str(Path(__file__).parent)], "is a folder", id="folder for a file"),
        pytest.param(
            ["up", "--once", "--data-dir", "/proc/tidegauge"], "data folder", id="unwritable folder"
        ),
        pytest.param(["alerts", "export"], "nothing was ingested", id="no data yet"),
        pytest.param(
            ["up", "--rules-file", "nowhere.toml"], "cannot read the rules file", id="no rules file"
        ),
        pytest.param(["rules", "show", "bogus"], "bogus", id="unknown rule"),
    ],
)
def test_a_mistake_gets_one_sentence_and_a_status(product, arguments, sentence):
    done = product.run(*arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_an_unknown_format_names_the_known_ones(product, example):
    done = product.run("replay", example / "fx.csv", "--format", "nope", "--out", "o")
    assert done.returncode == 1
    assert "canonical" in done.stderr


def test_a_busy_port_is_named(product):
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = product.run("up", "--port", taken.getsockname()[1])
    assert done.returncode == 1
    assert "Address already in use" in done.stderr


def test_a_wrong_rules_file_names_the_line(product, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text("[rules.share-gain]\nenabled = true\nmin_share = 3\n")
    done = product.run("up", "--rules-file", rules)
    assert done.returncode == 1
    assert "line 3" in done.stderr


def test_a_broken_file_loads_its_good_rows(product, tmp_path):
    broken = tmp_path / "broken.csv"
    lines = [
        row(),
        row(mass="-5"),
        row(product="31A2"),
        row(origin="C1"),
        row(period="2020-13"),
        row(origin="BE", value="much"),
        "BR,2020-01,3102",
    ]
    broken.write_bytes(HEADER.encode() + "".join(lines).encode())
    done = product.run("ingest", broken)
    assert done.returncode == 0, done.stderr
    assert "6 of 7 rows are in quarantine" in done.stdout
    listed = product.run("quarantine", "list").stdout
    assert re.search(r"broken\.csv\s*│\s*3\s*│\s*net_mass_kg\s*│\s*negative", listed)
    exported = product.run("quarantine", "export").stdout
    assert "31A2" in exported


def test_a_file_is_taken_once(product, tmp_path):
    figures = tmp_path / "figures.csv"
    figures.write_text(HEADER + row())
    assert product.run("ingest", figures).returncode == 0
    assert "was taken before" in product.run("ingest", figures).stdout


class Running:
    """A `tidegauge up` that serves the desk."""

    def __init__(self, product):
        self.process = product.start("up", "--port", "0")
        for line in self.process.stdout:
            if found := re.search(r"Desk: (http://\S+/)", line):
                self.address = found[1]
                break
        self.token = (product.data_dir / "operator-token").read_text().strip()

    def get(self, path, **headers):
        return httpx.get(f"{self.address}{path}", headers=headers, timeout=30)

    def read_until(self, text):
        for line in self.process.stdout:
            if text in line:
                return line
        pytest.fail(f"the process ended before it said '{text}'")

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def running(product):
    made = Running(product)
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


def test_nothing_but_health_is_open_to_strangers(running):
    assert running.get("healthz").json()["ok"] is True
    assert running.get("readyz").status_code == 200
    assert "tidegauge_monitor_series" in running.get("metrics").text
    for path in ("api/v1/alerts", "api/v1/cases", "api/v1/subscriptions"):
        assert running.get(path).status_code == 401, path
        assert running.get(path, authorization=f"Bearer {running.token}").status_code == 200, path


def test_a_running_process_takes_files_from_the_command_and_from_the_inbox(running, product, tmp_path):
    good, bad = tmp_path / "good.csv", product.data_dir / "inbox" / ".bad.csv"
    bad.write_text("this is no table")
    bad.rename(bad.with_name("bad.csv"))
    running.read_until("bad.csv was refused")
    good.write_text(HEADER + "".join(row(period=f"20{y}-{m:02}") for y in (20, 21) for m in range(1, 13)))
    done = product.run("ingest", good)
    assert done.returncode == 0
    assert "handed to the running" in done.stdout
    running.read_until("good.csv was taken")
    kept = product.data_dir / "inbox"
    assert "no known format" in (kept / "refused" / "bad.csv.reason.txt").read_text()
    assert running.get("healthz").json()["ok"] is True
    assert running.stop() == 0
    assert (kept / "taken" / "good.csv").exists()


def test_the_demo_tells_the_surge_and_not_the_collapse(product):
    done = product.run("up", "--demo", "--once")
    assert done.returncode == 0, done.stderr
    alerts = [json.loads(line) for line in product.run("alerts", "export").stdout.splitlines()]
    surge = [a for a in alerts if (a["product"], a["origin"]) == ("31022100", "CN")]
    assert {"ec-trade-diversion", "share-gain"} <= {a["rule"] for a in surge if a["status"] == "open"}
    collapse = [
        a
        for a in alerts
        if (a["product"], a["origin"]) == ("31042090", "BY")
        and "2022-01" <= a["period"] <= "2022-12"
        and a["status"] in {"open", "updated"}
    ]
    assert collapse == []
    followers = [a for a in alerts if "world_price_move" in a["reasons"] and a["status"] == "open"]
    assert followers
    assert {a["severity"] for a in followers} == {"info"}
