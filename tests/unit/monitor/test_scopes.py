"""Scopes through the monitor: alerts about them, silence about their products, and restarts."""

import pytest
from tests.contributions import block, mark, records
from tests.unit.domain.books.records import measure, scope
from tests.unit.monitor.histories import EURO, History, alerts, log_of, months, rules

from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.codes import country_code, subject_code
from tidegauge.domain.periods import closed_at, month_number, month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor import plan
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.memory import MemoryStateStore
from tidegauge.runtime.wire import decode_block

SWITCH = Ruleset.default().only(("origin-switch", "code-switch"))
PLAIN, BORON = "72172030", "72299090"
DUTY = records(
    "measure",
    measure(
        measure_id="AD-1", authority="BR", products=["721720"], initiated="2020-06-15", definitive=None,
        stage="initiated",
    ),
)  # fmt: skip
FLOWS = ((PLAIN, "CN"), (BORON, "CN"), (PLAIN, "VN"), (PLAIN, "ZZ"))
WIRE = records("scope", scope(products=["7217", "722990"]))


def kilograms(product, origin, month):
    """China's wire turns to boron, and in part to Vietnam, after the measure of June 2020."""
    late = month > "2020-06"
    return {
        (PLAIN, "CN"): 200_000 if late else 500_000,
        (BORON, "CN"): 250_000 if late else 100_000,
        (PLAIN, "VN"): 180_000 if late else 100_000,
        (PLAIN, "ZZ"): 50_000,
    }[product, origin]


def history(*before, after=()):
    """Five years of wire, with records before the first month and after the last."""
    made = History(rules(SWITCH), *before)
    for month in months("2017-01", "2021-06"):
        rows = []
        for product, origin in FLOWS:
            cells = made.cell(month, origin, kilograms(product, origin, month), product=product)
            part = {"CN": 9, "VN": 11}.get(origin, 10)  # prices differ: equal ones look imputed
            rows += [one | {"value_e4": one["value_e4"] * part // 10} for one in cells]
        made.as_of = closed_at(month_number(month))
        made.entries += [block(rows, feeds=(EURO,)), mark(month, EURO, as_of=made.as_of)]
    made.entries += after
    made.end()
    return made.entries


def about(entries):
    return {(a.rule, a.subject_kind, a.scope_id, a.product, a.origin) for a in alerts(entries)}


def test_a_scope_is_told_of_as_a_scope_and_its_products_are_silent():
    told = alerts(history(DUTY, WIRE))
    assert {(a.rule, a.subject_kind, a.scope_id, a.origin) for a in told} == {
        ("origin-switch", "scope", "wire", ""),
        ("code-switch", "scope", "wire", "CN"),
    }
    code = next(a for a in told if a.rule == "code-switch")
    assert (code.product, code.subject_key) == ("72", "BR/comexstat/scope:wire/CN")
    assert {"record": "scope", "scope_id": "wire"} in code.inputs
    assert {"record": "measure", "measure_id": "AD-1", "authority": "BR"} in code.inputs
    assert BORON in code.explanation["en"]
    assert "wire" in code.explanation["ja"]


def test_a_product_without_a_scope_is_its_own():
    assert about(history(DUTY)) == {("origin-switch", "series", "", PLAIN, "")}


def test_a_scope_that_comes_late_is_judged_from_its_start():
    late, early = alerts(history(DUTY, after=[WIRE])), alerts(history(DUTY, WIRE))
    told = {(a.rule, a.scope_id) for a in late if a.scope_id}
    assert told == {(a.rule, a.scope_id) for a in early}


@pytest.mark.parametrize("series_a_slice", [1, 20_000])
def test_stopped_after_any_commit_it_goes_on_to_the_same_bytes(monkeypatch, series_a_slice):
    monkeypatch.setattr(plan, "SERIES_A_SLICE", series_a_slice)
    log = log_of(history(DUTY, WIRE)).log()
    through, stopped = MemoryEvents(), MemoryEvents()
    for _ in Monitor(log, MemoryStateStore(through), 0).drain():
        pass
    store = MemoryStateStore(stopped)
    while next(Monitor(log, store, 0).drain(), None) is not None:
        pass
    for topic in Topic:
        assert stopped.read(topic, -1, 10_000) == through.read(topic, -1, 10_000)
        assert through.read(topic, -1, 10_000)


def figures_of(entries):
    """(scope, origin, month) -> kg, as the blocks of figures told it last."""
    events, told = MemoryEvents(), {}
    for _ in Monitor(log_of(entries).log(), MemoryStateStore(events), 0).drain():
        pass
    for event in events.read(Topic.FIGURES, -1, 10_000):
        found = decode_block(event.payload)
        if found.kind is not BlockKind.FIGURES:
            continue
        names = found.header.get("scopes", [])
        rows = zip(
            *(found.columns[one].tolist() for one in ("product", "origin", "month", "mass_g")), strict=True
        )
        for product, origin, month, grams in rows:
            code = subject_code(product, names)
            if code.startswith("scope:"):
                told[code, country_code(origin), month_text(month)] = grams // 1000
    return told


@pytest.mark.parametrize("late", [False, True])
def test_the_figures_of_a_scope_are_told_too(late):
    told = figures_of(history(DUTY, after=[WIRE]) if late else history(DUTY, WIRE))
    for month in ("2019-02", "2021-06"):
        assert told["scope:wire", "CN", month] == sum(kilograms(one, "CN", month) for one in (PLAIN, BORON))
        assert told["scope:wire", "VN", month] == kilograms(PLAIN, "VN", month)


def test_a_scope_that_loses_a_product_tells_its_figures_anew():
    smaller = records("scope", scope(products=["722990"]))
    told = figures_of(history(DUTY, WIRE, after=[smaller]))
    assert told["scope:wire", "CN", "2019-02"] == kilograms(BORON, "CN", "2019-02")
    assert told["scope:wire", "VN", "2019-02"] == 0
