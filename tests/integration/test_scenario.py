"""Scenarios through the command line, the ledger and the rules: same bytes, exact figures, visible events."""

import gzip
import hashlib
import json

import polars as pl
import pytest
from typer.testing import CliRunner

from tidegauge.cli import app
from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Status
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.monitor.service import Monitor
from tidegauge.replay import Replay
from tidegauge.runtime.events import MemoryEvents
from tidegauge.runtime.memory import MemoryIngestStore, MemoryStateStore
from tidegauge.scenario import world

LINES = 20_000
SIZE = ["--products", "40", "--origins", "15", "--months", "30", "--start", "2022-01"]
FIRST, MONTHS = month_number("2022-01"), 30
PLAN = """
[[event]]
kind = "surge"
product = "31021010"
origin = "CN"
from = "2023-07"
to = "2024-06"
size = 4

[[event]]
kind = "supply_shock"
product = "72081000"
origin = "TR"
from = "2023-07"
to = "2024-06"
"""


def run(*words):
    return CliRunner().invoke(app, ["scenario", *map(str, words)], catch_exceptions=True)


def made(folder, *words, lines=LINES, seed=11):
    result = run(folder, "--lines", lines, "--seed", seed, *SIZE, *words)
    assert result.exit_code == 0, result.output
    return folder


def contents(folder):
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def declared(folder):
    return sorted(folder.glob("declarations-*"))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return made(tmp_path_factory.mktemp("scenario") / "small")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(small, tmp_path):
    again, other = made(tmp_path / "again"), made(tmp_path / "other", seed=12)
    assert contents(again) == contents(small)
    assert contents(other).keys() == contents(small).keys()
    same = {"rules.toml", "reference/rates.csv"}
    assert all(
        contents(other)[name] != content for name, content in contents(small).items() if name not in same
    )


def test_gzip_holds_the_same_rows_and_is_the_same_every_time(small, tmp_path):
    packed, again = made(tmp_path / "packed", "--gzip"), made(tmp_path / "again", "--gzip")
    assert contents(packed) == contents(again)
    plain = [path.read_bytes() for path in declared(small)]
    assert [gzip.decompress(path.read_bytes()) for path in declared(packed)] == plain


def test_the_manifest_tells_files_rows_hashes_and_what_was_asked(small):
    told = json.loads((small / "scenario.json").read_text())
    assert told["parameters"] == {"lines": LINES, "products": 40, "origins": 15, "months": 30, "seed": 11,
                                  "first_month": "2022-01"}  # fmt: skip
    assert {file["name"] for file in told["files"]} == contents(small).keys() - {
        "scenario.json",
        "rules.toml",
    }
    for file in told["files"]:
        content = (small / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["rows"] == content.count(b"\n") - 1
    truth = pl.read_csv(small / "truth.csv", schema_overrides={"product": pl.String})
    assert truth["kind"].to_list() == [event["kind"] for event in told["events"]]


def test_versions_come_late_and_in_other_files(small):
    frames = [pl.read_csv(path, infer_schema=False).with_columns(file=pl.lit(path.name[13:20]))
              for path in declared(small)]  # fmt: skip
    rows = pl.concat(frames)
    accepted = rows.filter(pl.col("action") == "accept")
    late = accepted.filter(pl.col("accepted_at").str.head(7) < pl.col("file"))
    assert 0 < len(late) < 0.01 * len(accepted)
    key = ["declaration_id", "item"]
    first = accepted.unique(key).select(*key, base=pl.col("file"))
    later = (
        rows.filter(pl.col("action") != "accept").join(first, on=key).filter(pl.col("file") > pl.col("base"))
    )
    assert len(later) > 100
    assert rows.is_duplicated().sum() / 2 / len(rows) == pytest.approx(0.005, rel=0.3)
    moved = rows.filter((pl.col("action") == "amend") & pl.col("product").is_not_null())
    assert 0 < len(moved) < 0.01 * LINES
    assert len(accepted.unique(key)) == LINES


def folded(paths):
    """The panel after these files, {(product, origin, month): (grams, 1/10,000 EUR)}, and counts."""
    store, counts = MemoryIngestStore(), {}
    ingestor = Ingestor(store, IngestSettings())
    for source in opened(paths):
        for _ in ingestor.take(source):
            pass
        for name, count in ingestor.progress(source).counts.items():
            counts[name] = counts.get(name, 0) + count
    monitor = Monitor(store.log(), MemoryStateStore(MemoryEvents()), 0)
    for _ in monitor.drain():
        pass
    panel = monitor.step.panel
    table = panel.series
    series = pl.Series(range(len(table))).to_numpy()
    windows = [panel.rings["months"].window(series, FIRST, FIRST + MONTHS, name).tolist()
               for name in ("mass_g", "value_e4")]  # fmt: skip
    found = {}
    for one, amounts in enumerate(zip(*windows, strict=True)):
        where = product_code(int(table.product.data[one])), country_code(int(table.origin.data[one]))
        for place, cell in enumerate(zip(*amounts, strict=True)):
            if any(cell):
                found[*where, month_text(FIRST + place)] = cell
    return found, counts, store


def truth(folder):
    """What the generator says the lines come to, in the panel's units."""
    cells = pl.read_csv(folder / "cells.csv", infer_schema=False)
    exact = {
        (product, origin, period): (_fixed(mass, 3), _fixed(value, 4))
        for product, origin, period, mass, value, _ in cells.iter_rows()
    }
    return {key: cell for key, cell in exact.items() if any(cell)}


def _fixed(text, digits):
    whole, _, part = text.partition(".")
    return int(whole + part.ljust(digits, "0"))


@pytest.fixture(scope="module")
def in_order(small):
    return folded(declared(small))


def test_the_ledger_folds_the_files_to_the_truth_to_the_unit(small, in_order):
    figures, counts, store = in_order
    assert figures == truth(small)
    assert store.rejects == []
    rows = json.loads((small / "scenario.json").read_text())["files"]
    read = sum(file["rows"] for file in rows if file["name"].startswith("declarations"))
    assert counts["read"] == read == counts["accepted"] + counts["duplicates"]
    assert counts["version_conflicts"] == 0


def test_months_of_several_chunks_fold_to_the_truth_too(tmp_path, monkeypatch):
    monkeypatch.setattr(world, "CHUNK_LINES", 150)
    folder = made(tmp_path / "out", lines=6_000)
    figures, counts, _ = folded(declared(folder))
    assert figures == truth(folder)
    assert counts["quarantined"] == 0


def test_the_order_of_the_files_changes_nothing(small, in_order):
    paths = declared(small)
    backwards, counts, _ = folded(paths[::-1])
    assert backwards == in_order[0]
    assert counts["waiting"] > 0  # corrections before what they correct
    assert folded(paths[1::2] + paths[::2])[0] == in_order[0]


def test_a_planted_surge_is_flagged_and_a_supply_shock_is_not(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    folder = made(tmp_path / "out", "--events", plan)
    replay = Replay(Ruleset.default().only(("share-gain", "cefic-import-surge")))
    for _ in replay.read(opened(declared(folder))):
        pass
    alerts = [alert for batch in replay.run() for alert in batch]
    fired = [alert for alert in alerts if alert.status in (Status.OPEN, Status.UPDATED)]
    surge = [alert for alert in fired if (alert.product, alert.origin) == ("31021010", "CN")]
    gains = [alert.period for alert in surge if alert.rule == "share-gain"]
    assert "2023-07" <= min(gains) <= "2024-01"
    shock = [alert for alert in fired if (alert.product, alert.origin) == ("72081000", "TR")]
    assert [alert for alert in shock if alert.period >= "2023-07"] == []


EVERY_KIND = """
[[event]]
kind = "dumping"
product = "31021010"
origin = "CN"
from = "2023-01"
to = "2024-06"

[[event]]
kind = "subsidy"
product = "72081000"
origin = "TR"
from = "2023-01"
to = "2024-06"

[[event]]
kind = "origin_switch"
product = "84713000"
origin = "US"
other = "IN"
from = "2023-07"
to = "2024-06"

[[event]]
kind = "supply_shock"
product = "39012090"
origin = "KR"
from = "2023-07"
to = "2024-06"
"""


def test_what_is_written_beside_the_declarations_lets_the_rules_about_prices_and_measures_speak(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(EVERY_KIND)
    folder = made(tmp_path / "out", "--events", plan, lines=60_000)
    rules = parse_rules_toml((folder / "rules.toml").read_text())
    replay = Replay(rules.only(("dumping-margin", "subsidy-margin", "origin-switch")))
    sources = opened([*sorted((folder / "reference").glob("*.csv")), *declared(folder)])
    for _ in replay.read(sources):
        pass
    assert replay.summary.counts.get("quarantined", 0) == 0
    fired = {
        (alert.rule, alert.product, alert.origin)
        for batch in replay.run()
        for alert in batch
        if alert.status is Status.OPEN
    }
    assert ("dumping-margin", "31021010", "CN") in fired
    assert ("subsidy-margin", "72081000", "TR") in fired
    assert "84713000" in {product for rule, product, _ in fired if rule == "origin-switch"}
    assert "39012090" not in {product for _, product, _ in fired}


CODE_SWITCH = """
[[event]]
kind = "code_switch"
product = "87032100"
origin = "KR"
other = "87032200"
from = "2023-07"
to = "2024-06"
"""


def test_a_planted_switch_of_codes_is_found_on_the_scope_that_names_both(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(CODE_SWITCH)
    folder = made(tmp_path / "out", "--events", plan, lines=60_000)
    replay = Replay(Ruleset.default().only(("code-switch",)))
    for _ in replay.read(opened([*sorted((folder / "reference").glob("*.csv")), *declared(folder)])):
        pass
    opened_alerts = [alert for batch in replay.run() for alert in batch if alert.status is Status.OPEN]
    assert {(alert.scope_id, alert.origin) for alert in opened_alerts} == {("like-87032100", "KR")}
    assert min(alert.period for alert in opened_alerts) >= "2023-07"


def test_a_folder_with_files_in_it_is_left_alone(small):
    result = run(small, "--lines", 10)
    assert result.exit_code == 1
    assert "is not empty" in str(result.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--start", "2023-13"], "--start: '2023-13' is not a month written YYYY-MM"),
        (["--products", "1"], "--products must lie between 2"),
        (["--events", "nowhere.toml"], "cannot read the plan nowhere.toml"),
    ],
)
def test_a_wrong_option_is_one_sentence_and_writes_nothing(tmp_path, words, said):
    result = run(tmp_path / "out", *words)
    assert result.exit_code == 1
    assert said in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_lines_may_be_written_with_underscores(tmp_path):
    assert run(tmp_path / "out", "--lines", "1_000", *SIZE).exit_code == 0
    told = json.loads((tmp_path / "out" / "scenario.json").read_text())
    assert told["parameters"]["lines"] == 1000
