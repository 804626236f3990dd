"""Replay and live over files: the same bytes, the known histories, revisions, broken files, declarations."""

import csv
import random
import sqlite3
from collections import Counter

import numpy as np
import polars as pl
import pytest

from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Family, Severity, Status
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import closed_at, month_number, month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.ingest.settings import IngestSettings
from tidegauge.replay import Replay
from tidegauge.runtime.events import Topic
from tidegauge.runtime.wire import decode_alert, encode_alert
from tidegauge.stream import LOG_FILE, Stream, in_order, open_events

QUICK = Ruleset.default().only(("share-gain", "cefic-import-surge", "new-entrant"))
FLOW = ("reporter", "period", "product", "nomenclature", "origin", "flow", "net_mass_kg", "value", "currency",
        "value_basis", "vintage", "source")  # fmt: skip
PRICES = {"CN": 2, "BY": 3, "US": 4}  # of a kg: one price for all would look like computed quantities
DECLARATION = ("reporter", "declaration_id", "item", "version", "action", "accepted_at", "product", "origin",
               "importer", "net_mass_kg", "value", "currency", "clear")  # fmt: skip


def replayed(paths, ruleset=QUICK, **options):
    run = Replay(ruleset, **options)
    for _ in run.read(in_order(opened(paths))):
        pass
    return [encode_alert(alert) for batch in run.run() for alert in batch], run


def lived(folder, paths, ruleset=QUICK, settings=None):
    """The alert events that a live run leaves in its log."""
    with Stream(folder, settings or IngestSettings()) as stream:
        stream.set_rules(ruleset, 0)
        for source in in_order(opened(paths)):
            for _ in stream.feed(source):
                pass
    return [event.payload for event in open_events(folder).read(Topic.ALERTS, -1, 1_000_000)]


def step_by_step(folder, source, ruleset, settings, most=100):
    """Take a file, each step in a process of its own that goes on where the last one stopped; how many."""
    for steps_taken in range(most):
        with Stream(folder, settings) as stream:
            stream.set_rules(ruleset, 0)
            for _ in stream.catch_up():
                pass
            steps = stream.feed(source)
            if next(steps, None) is None:
                return steps_taken
            steps.close()
    raise AssertionError(f"{source.name} was not taken in {most} steps")


def decoded(payloads):
    return [decode_alert(payload) for payload in payloads]


def written(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def example(repository, tmp_path_factory):
    """Two products of the example since 2012, with its prices and rates."""
    folder, found = repository / "examples" / "brazil-fertilizers", tmp_path_factory.mktemp("example")
    flows = pl.read_csv(folder / "flows.csv", infer_schema=False)
    wanted = pl.col("product").is_in(["31022100", "31042090"]) & (pl.col("period") >= "2012-01")
    flows.filter(wanted).write_csv(found / "flows.csv")
    return [folder / "benchmarks.csv", folder / "fx.csv", found / "flows.csv"]


@pytest.fixture(scope="session")
def told(example):
    """The example's alerts by all rules."""
    return replayed(example, Ruleset.default())[0]


def test_replay_equals_live_byte_for_byte(example, tmp_path):
    payloads, run = replayed(example)
    assert payloads
    assert lived(tmp_path, example) == payloads
    assert run.summary.counts["quarantined"] == 0
    assert run.summary.series > 10


def test_every_event_has_an_id_of_its_own(told):
    assert len({alert.event_id for alert in decoded(told)}) == len(told)


def test_ammonium_sulphate_from_china_is_found(told):
    surges = [a for a in decoded(told) if (a.product, a.origin) == ("31022100", "CN")]
    assert {"share-gain", "ec-trade-diversion"} <= {alert.rule for alert in surges}
    assert max(list(Severity).index(alert.severity) for alert in surges) >= 1


def test_potash_from_belarus_in_2022_is_never_a_surge(example, told):
    """Volume down and unit value up: a supply shock, neither surge nor dumping."""
    flows = pl.read_csv(example[-1], schema_overrides={"product": pl.String})
    belarus = flows.filter((pl.col("product") == "31042090") & (pl.col("origin") == "BY"))
    before, after = (
        belarus.filter(pl.col("period").str.starts_with(year)).select("net_mass_kg", "value").sum().row(0)
        for year in ("2021", "2022")
    )
    assert 0 < after[0] < before[0]
    assert after[1] / after[0] > before[1] / before[0]
    about = [a for a in decoded(told) if (a.product, a.origin) == ("31042090", "BY")]
    rising = (Status.OPEN, Status.UPDATED)
    assert [a.rule for a in about if a.period.startswith("2022") and a.status in rising] == []


def test_what_only_follows_the_world_price_is_info_with_the_reason(told):
    moved = [alert for alert in decoded(told) if "world_price_move" in alert.reasons]
    fired = [alert for alert in moved if alert.status in (Status.OPEN, Status.UPDATED)]
    assert fired
    assert {alert.severity for alert in fired} == {Severity.INFO}


def flow(month, origin, kg, vintage, product="31022100"):
    amounts = (kg, kg * PRICES[origin], "EUR", "FOB")
    said = ("BR", month_text(month), product, "NCM", origin, "import", *amounts, vintage, "comexstat")
    return dict(zip(FLOW, said, strict=True))


FIRST = month_number("2018-01")
SURGE = range(month_number("2020-03"), month_number("2020-09"))


def published(month):
    return closed_at(month)[:10]


@pytest.fixture
def first_file(tmp_path):
    """Three and a half years, each month published when it was over, with a surge from CN in it."""
    rows = [
        flow(month, origin, 400_000 if origin == "CN" and month in SURGE else 100_000, published(month))
        for month in range(FIRST, FIRST + 42)
        for origin in ("CN", "BY")
    ]
    return written(tmp_path / "first.csv", FLOW, rows)


@pytest.fixture
def revision(tmp_path):
    """A later vintage without the surge; one month no longer names BY."""
    rows = [flow(month, "CN", 100_000, "2021-09-01") for month in SURGE]
    rows += [flow(month, "BY", 100_000, "2021-09-01") for month in SURGE[1:]]
    return written(tmp_path / "revision.csv", FLOW, rows)


def test_a_revision_withdraws_the_alert(first_file, revision, tmp_path):
    events = decoded(lived(tmp_path / "data", [first_file, revision]))
    china = [alert for alert in events if alert.origin == "CN" and alert.rule == "share-gain"]
    assert china[0].status is Status.OPEN
    assert china[-1].status is Status.WITHDRAWN
    assert china[-1].as_of == "2021-09-01T00:00:00Z"
    assert len({alert.alert_id for alert in china}) == 1


def test_replay_reads_the_newest_vintages_unless_told_a_date(first_file, revision):
    assert replayed([first_file, revision])[0] == []
    run = Replay(QUICK)
    sources = opened([first_file, revision])
    for source in sources:
        source.as_of = pl.Series(["2021-08-31"]).str.to_date()[0]
    for _ in run.read(sources):
        pass
    assert [encode_alert(one) for batch in run.run() for one in batch] == replayed([first_file])[0]


def declaration(number, item, version, action, **fields):
    made = {"reporter": "BR", "declaration_id": f"D{number}", "item": item, "version": version}
    return dict.fromkeys(DECLARATION, "") | made | {"action": action} | fields


def month_of_declarations(month, chance):
    """Some declarations of a month, with what becomes of them."""
    products = ("31022100", "72081000", "73181500", "84717000")
    for number in range(12):
        name = f"{month_text(month)}-{number}"
        origin = ("CN", "BY", "US")[number % 3]
        surge = 4 if origin == "CN" and month in SURGE else 1
        kg = chance.randint(50, 60) * 1000 * surge
        yield declaration(
            name, 1, 1, "accept", accepted_at=f"{month_text(month)}-{number + 10}T08:00:00Z",
            product=products[number % 4], origin=origin, importer=f"F{number % 5}", net_mass_kg=kg,
            value=kg * PRICES[origin], currency="EUR",
        )  # fmt: skip
        what = chance.random()
        if what < 0.1:
            yield declaration(name, 1, 2, "cancel")
        elif what < 0.2:
            yield declaration(name, 1, 2, "amend", product=products[(number + 1) % 4])
        elif what < 0.3:
            yield declaration(name, 1, 2, "amend", net_mass_kg=kg + 5)
            yield declaration(name, 1, 3, "amend", clear="net_mass_kg")


@pytest.fixture
def declarations(tmp_path):
    chance = random.Random(7)  # noqa: S311 - a history, not a secret
    rows = []
    for month in range(FIRST, FIRST + 36):
        now = list(month_of_declarations(month, chance))
        late = [row for row in now if row["action"] != "accept" and chance.random() < 0.5]
        rows += [row for row in now if row not in late]
        rows += late  # after the others, as corrections are
    return written(tmp_path / "declarations.csv", DECLARATION, rows), rows


def folded(rows):
    """The plain fold, version by version: grams and 1/10,000 EUR by product, origin and month."""
    lines = {}
    for row in sorted(rows, key=lambda row: row["version"]):
        said = {name: value for name, value in row.items() if value not in {"", None}}
        key = (row["declaration_id"], row["item"])
        if row["action"] == "accept":
            lines[key] = said
        elif row["action"] == "cancel":
            lines.pop(key, None)
        elif key in lines:
            lines[key] |= said
            lines[key].pop(row["clear"], None)
    sums = Counter()
    for line in lines.values():
        where = (line["product"], line["origin"], line["accepted_at"][:7])
        sums["mass_g", *where] += int(line.get("net_mass_kg", 0)) * 1000
        sums["value_e4", *where] += int(line["value"]) * 10_000
    return {key: amount for key, amount in sums.items() if amount}


def panel_sums(panel):
    table, found = panel.series, {}
    series = pl.Series(range(len(table))).to_numpy()
    for channel in ("mass_g", "value_e4"):
        window = panel.rings["months"].window(series, FIRST, FIRST + 40, channel)
        for one, cells in enumerate(window.tolist()):
            where = (product_code(int(table.product.data[one])), country_code(int(table.origin.data[one])))
            for place, amount in enumerate(cells):
                if amount:
                    found[channel, *where, month_text(FIRST + place)] = amount
    return found


@pytest.mark.parametrize("batch_rows", [37, 4096])
def test_declarations_end_to_end(declarations, tmp_path, batch_rows):
    path, rows = declarations
    settings = IngestSettings(batch_rows=batch_rows, mark_every_rows=100)
    with Stream(tmp_path / "data", settings) as stream:
        stream.set_rules(QUICK, 0)
        for _ in stream.feed(opened([path])[0]):
            pass
        assert panel_sums(stream.monitor.step.panel) == folded(rows)
        assert not stream.store.quarantined()
    with Stream(tmp_path / "data", settings) as again:
        assert panel_sums(again.monitor.step.panel) == folded(rows)


def test_a_cancellation_may_mean_all_items_and_an_amendment_must_name_one(tmp_path):
    said = {"accepted_at": "2020-01-05T00:00:00Z", "product": "31022100", "origin": "CN", "currency": "EUR"}
    rows = [declaration(number, 1, 1, "accept", net_mass_kg=5, value=9, **said) for number in (1, 2)]
    rows += [declaration(1, "", 2, "cancel"), declaration(2, "", 2, "amend", net_mass_kg=7)]
    path = written(tmp_path / "declarations.csv", DECLARATION, rows)
    with Stream(tmp_path / "data", IngestSettings()) as stream:
        stream.set_rules(QUICK, 0)
        for _ in stream.feed(opened([path])[0]):
            pass
        assert panel_sums(stream.monitor.step.panel) == {
            ("mass_g", "31022100", "CN", "2020-01"): 5000,
            ("value_e4", "31022100", "CN", "2020-01"): 90_000,
        }
        refused = [(one.line, one.field, one.reason) for one in stream.store.quarantined()]
    assert refused == [(5, "item", "item_not_named")]


def test_as_published_equals_live_byte_for_byte(first_file, revision, declarations, tmp_path):
    paths = [first_file, declarations[0], revision]
    payloads, _ = replayed(paths, as_published=True)
    live = lived(tmp_path / "data", paths)
    assert live == payloads
    sources = {alert.source for alert in decoded(live)}
    assert sources == {"comexstat", "declarations"}
    assert Status.WITHDRAWN in {alert.status for alert in decoded(live)}


def test_a_file_taken_twice_changes_nothing(first_file, tmp_path):
    once = lived(tmp_path / "data", [first_file])
    assert lived(tmp_path / "data", [first_file]) == once
    copy = tmp_path / "renamed.csv"
    copy.write_bytes(first_file.read_bytes())
    assert lived(tmp_path / "data", [copy]) == once


def test_a_first_row_without_money_does_not_spoil_the_feed(tmp_path):
    rows = [flow(FIRST, "CN", 5, ""), flow(FIRST, "BY", 6, ""), flow(FIRST + 1, "CN", 7, "")]
    rows[0] |= {"value": "", "currency": "", "value_basis": ""}
    run = replayed([written(tmp_path / "flows.csv", FLOW, rows)])[1]
    assert run.summary.rejects == []
    assert run.summary.counts["accepted"] == 3


def test_a_broken_file_loads_its_good_rows_and_quarantines_the_rest(first_file, tmp_path):
    good = first_file.read_bytes().splitlines()
    line = good[1].decode()

    def broken(column, value):
        parts = line.split(",")
        parts[FLOW.index(column)] = value
        return ",".join(parts).encode()

    bad = [
        broken("net_mass_kg", "a lot"),
        broken("net_mass_kg", "-5"),
        broken("product", "31.02"),
        broken("origin", "QQ"),
        broken("currency", "USD"),
        line.encode().replace(b"comexstat", b"come\xe7"),
        b"BR,2018-01",
    ]
    path = tmp_path / "broken.csv"
    path.write_bytes(b"\n".join([*good[:2], *bad, *good[2:]]) + b"\nBR,2021-06,3102")
    assert lived(tmp_path / "broken", [path]) == lived(tmp_path / "good", [first_file])

    with sqlite3.connect(tmp_path / "broken" / LOG_FILE) as database:
        found = database.execute(
            "SELECT source, line, field, reason FROM quarantine ORDER BY line"
        ).fetchall()
    database.close()
    assert {source for source, *_ in found} == {str(path)}
    assert [tuple(row[1:]) for row in found] == [
        (3, "net_mass_kg", "not_a_number"),
        (4, "net_mass_kg", "negative"),
        (5, "product", "not_a_product_code"),
        (6, "origin", "unknown_country"),
        (7, "currency", "no_exchange_rate"),
        (8, "", "wrong_encoding"),
        (9, "", "wrong_field_count"),
        (len(good) + 8, "", "truncated_line"),
    ]


def test_the_fertilizer_shock_of_2022_is_a_supply_shock_and_no_surge(repository, tmp_path):
    folder = repository / "examples" / "brazil-fertilizers"
    head, *rows = (folder / "flows.csv").read_text().splitlines()
    recent = tmp_path / "flows.csv"
    recent.write_text(
        "\n".join([head, *(row for row in rows if "2020" <= row.split(",")[1] < "2023")]) + "\n"
    )
    ruleset, found = Ruleset.default(), []
    surges = [one.id for one in ruleset.rules() if one.family in {Family.SURGE, Family.DUMPING, Family.PRICE}]
    run = Replay(
        ruleset.only(("supply-shock", *surges)), observe=lambda output: found.extend(output.evaluations)
    )
    for _ in run.read(in_order(opened([recent, folder / "fx.csv", folder / "benchmarks.csv"]))):
        pass
    list(run.run())

    shocks, fired = set(), set()
    for one in found:
        view, spike = one.view, one.signals.figures.get("unit_value_change", np.zeros(len(one.view))) >= 0.5
        shock = one.rule.id == "supply-shock"
        for row in np.flatnonzero(one.signals.fired & (spike | (not shock))).tolist():
            codes = product_code(int(view.product[row])), country_code(int(view.origin[row]))
            (shocks if shock else fired).add((*codes, month_text(view.month)))

    assert {("31022100", "CN"), ("31054000", "MA"), ("31052000", "RU")} <= {at[:2] for at in shocks}
    assert fired
    assert not shocks & fired
