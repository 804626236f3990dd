"""From a file of declarations to what is said of single lines: corrections, restarts, and who may see it."""

import csv
from datetime import date, timedelta

import pytest
from tests.integration.test_replay import decoded, lived, replayed, step_by_step

from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Audience, Status
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.settings import IngestSettings
from tidegauge.notify.matching import Release, release
from tidegauge.runtime.events import Topic
from tidegauge.stream import in_order, open_events

RULES = Ruleset.default().only(("unit-value-outlier", "trigger-price", "melt-and-pour"))
COLUMNS = ("reporter", "declaration_id", "item", "version", "action", "accepted_at", "product", "origin",
           "melt_and_pour", "quota", "importer", "gross_mass_kg", "net_mass_kg", "value", "currency",
           "value_basis")  # fmt: skip
PRICE = ("source", "kind", "product", "market", "period", "price", "currency", "unit")
USUAL = (1.8, 1.9, 2.0, 2.1, 2.2)
LOW_WEEK = date(2024, 6, 12)
FIRMS = ("ACME-IMPORTS", "BOREAL", "CASTOR-TRADE")


def declaration(number, day, price, action="accept", version=1, **fields):
    plain = {
        "reporter": "BR", "declaration_id": f"24BR{number:06d}", "item": 1, "version": version,
        "action": action, "accepted_at": f"{day}T10:00:00Z", "product": "72081000", "origin": "CN",
        "importer": FIRMS[number % 3], "gross_mass_kg": 105, "net_mass_kg": 100,
        "value": round(price * 100, 2), "currency": "USD", "value_basis": "CIF",
    }  # fmt: skip
    return {**plain, **fields}


def year(end=date(2024, 7, 31)):
    """Five lines a week from July 2023 on, and in one week of June 2024 eight at a quarter of the price."""
    day, rows = date(2023, 7, 5), []
    while day < end:
        rows += [(day, price) for price in USUAL]
        rows += [(day, 0.5)] * (8 if day == LOW_WEEK else 0)
        day += timedelta(weeks=1)
    return [
        declaration(number, day, price, melt_and_pour="RU" if price < 1.0 or number % 7 == 0 else "CN")
        for number, (day, price) in enumerate(rows)
    ]


def written(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def prices(tmp_path):
    """A reference price of USD 1.2 for every gross kilogram."""
    notice = ("notice 2024/1", "trigger", "7208", "BR", "", 1.2, "USD", "kg gross")
    rows = [
        {**dict(zip(PRICE, notice, strict=True)), "period": f"2024-{month:02d}"} for month in range(1, 13)
    ]
    return written(tmp_path / "prices.csv", PRICE, rows)


@pytest.fixture
def declarations(tmp_path):
    return written(tmp_path / "declarations.csv", COLUMNS, year())


def opening(payloads):
    return {(a.rule, a.period): a for a in decoded(payloads) if a.status is Status.OPEN}


def test_a_file_of_declarations_raises_what_its_lines_say(tmp_path, prices, declarations):
    found = opening(lived(tmp_path / "data", [prices, declarations], RULES))
    outlier, below = found["unit-value-outlier", "2024-06"], found["trigger-price", "2024-06"]
    figures = {item.name: item.value for item in outlier.evidence}
    assert (figures["low_lines"], figures["lines"], figures["week"]) == (8, 13, "2024-06-10")
    figures = {item.name: item.value for item in below.evidence}
    assert (figures["lines_below"], figures["per_gross_kg"]) == (8, True)
    assert {"record": "price", "source": "notice 2024/1"}.items() <= below.inputs[1].items()
    assert any(rule == "melt-and-pour" for rule, _ in found)


def test_what_lines_say_is_for_the_authority_and_names_nobody(tmp_path, prices, declarations):
    payloads = lived(tmp_path / "data", [prices, declarations], RULES)
    of_lines = [a for a in decoded(payloads) if a.rule in {"unit-value-outlier", "trigger-price"}]
    assert {alert.audience for alert in of_lines} == {Audience.AUTHORITY}
    assert {release(alert, None) for alert in of_lines} == {Release.AUTHORITY_ONLY}
    assert not any(firm.encode() in payload for firm in FIRMS for payload in payloads)


def test_restarts_and_cuts_change_nothing(tmp_path, prices, declarations):
    whole = lived(tmp_path / "whole", [prices, declarations], RULES, IngestSettings(batch_rows=50))
    folder = tmp_path / "halves"
    sources = in_order(opened([prices, declarations]))
    for source in sources:
        assert step_by_step(folder, source, RULES, IngestSettings(batch_rows=50)) > 0
    assert [event.payload for event in open_events(folder).read(Topic.ALERTS, -1, 1_000_000)] == whole


def test_replay_says_the_same_of_closed_months(tmp_path, prices, declarations):
    payloads, _ = replayed([prices, declarations], RULES)
    live = lived(tmp_path / "data", [prices, declarations], RULES)
    assert {key for key in opening(payloads) if key[1] == "2024-06"} \
        == {key for key in opening(live) if key[1] == "2024-06"}  # fmt: skip


def test_a_replay_takes_statistics_beside_declarations(tmp_path, prices, declarations):
    flow = {"reporter": "BR", "period": "2024-05", "product": "72081000", "nomenclature": "NCM",
            "origin": "CN", "flow": "import", "net_mass_kg": 10, "value": 20, "currency": "USD",
            "value_basis": "CIF", "vintage": "2024-06-15", "source": "comexstat"}  # fmt: skip
    flows = written(tmp_path / "a-flows.csv", tuple(flow), [flow])
    alone, _ = replayed([prices, declarations], RULES)
    beside, _ = replayed([flows, prices, declarations], RULES)
    assert opening(beside).keys() == opening(alone).keys()


def test_corrected_values_withdraw_the_alert(tmp_path, prices, declarations):
    low = [row for row in year() if row["value"] == 50.0]
    mended = [{**row, "action": "amend", "version": 2, "value": 200.0} for row in low]
    corrections = written(tmp_path / "z-corrections.csv", COLUMNS, mended)
    told = decoded(lived(tmp_path / "data", [prices, declarations, corrections], RULES))
    last = {(a.rule, a.episode_start): a.status for a in told}
    assert last["unit-value-outlier", "2024-06"] is Status.WITHDRAWN
    assert last["trigger-price", "2024-06"] is Status.WITHDRAWN


def test_a_late_correction_takes_nothing_back_that_can_no_longer_be_tested(tmp_path):
    """Distributions reach back about two years: of what lies behind them the former word stands."""
    lines = year(date(2026, 3, 1))
    usual = next(row for row in lines if row["accepted_at"].startswith("2024-06-12"))
    files = [
        written(tmp_path / "declarations.csv", COLUMNS, lines),
        written(
            tmp_path / "z-late.csv", COLUMNS, [{**usual, "action": "amend", "version": 2, "value": 185.0}]
        ),
    ]
    rules, as_it_came = Ruleset.default().only(("unit-value-outlier",)), IngestSettings(batch_rows=50)
    told = decoded(lived(tmp_path / "data", files, rules, as_it_came))
    statuses = [alert.status for alert in told if alert.episode_start == "2024-06"]
    assert statuses == [Status.OPEN, Status.RESOLVED]
