"""The partition step: repetition, block boundaries, interruption, and state that comes back."""

from dataclasses import fields
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contributions import block as contributions
from tests.contributions import mark, records, row
from tests.unit.domain.books.records import indicator, measure, price, scope, subsidy, tariff, trigger
from tests.unit.monitor.histories import (
    EURO,
    QUIET,
    RULES,
    SURGE,
    History,
    alerts,
    is_contributions,
    log_of,
    months,
    rules,
    surging,
    told,
)

from tidegauge.domain.blocks import Block
from tidegauge.domain.books import Books
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor import plan
from tidegauge.monitor.service import Monitor
from tidegauge.monitor.state import StateError
from tidegauge.monitor.step import PartitionStep
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.memory import MemoryStateStore
from tidegauge.runtime.state import Changes, StateKey

STRICTER = Ruleset.default().only(("share-gain", "new-entrant"))


def eventful():
    """Several products, a surge, a revision that removes and one that brings back, other rules, prices."""
    history = History(rules())
    for month in months():
        surge = 4 * QUIET if month in SURGE else QUIET
        history.period(month, CN=surge, BY=QUIET)
        rows = [one for product in ("31021010", "72081000", "73181500")
                for one in (*history.cell(month, "CN", surge // 2, product=product),
                            *history.cell(month, "BY", QUIET, product=product))]  # fmt: skip
        history.entries.insert(-1, contributions(rows, feeds=(EURO,)))
    for heavy, published in ((QUIET, "2021-08-01T00:00:00Z"), (3 * QUIET, "2021-09-01T00:00:00Z")):
        for month in SURGE:
            history.period(month, CN=heavy, as_of=published)
        history.end()
    history.entries.append(rules(STRICTER))
    history.end()
    return history


def merged(block, others):
    """Blocks of contributions as one."""
    every = [block, *others]
    columns = {name: np.concatenate([one.columns[name] for one in every]) for name in block.columns}
    return Block(block.kind, block.header, columns)


def cut(block, places):
    """A block in pieces; what one raw record caused is never torn apart."""
    causes = np.flatnonzero(np.diff(block.columns["raw_offset"], prepend=-1)).tolist()
    bounds = sorted({0, len(block), *(causes[place % len(causes)] for place in places)})
    return [
        Block(block.kind, block.header, {name: column[start:stop] for name, column in block.columns.items()})
        for start, stop in pairwise(bounds)
    ]


def test_an_entry_taken_twice_changes_nothing():
    step, again = PartitionStep(), 0
    for offset, entry in enumerate(surging().entries):
        list(step.take(offset, entry))
        again += len(list(step.take(offset, entry)))
        again += len(list(step.take(max(offset - 3, 0), entry)))
    assert again == 0


def test_a_mark_of_one_slice_is_one_commit():
    """Its figures, alerts and offset go out together, so that a small mark costs one transaction."""
    step = PartitionStep()
    for offset, entry in enumerate(surging().entries):
        outputs = list(step.take(offset, entry))
        assert len(outputs) == 1
        assert step.offset == offset
    assert any(one.kind == "figures" for one in outputs[0].figures)


def test_a_block_delivered_again_changes_nothing():
    """Ingest may repeat contributions after a crash: new entries, old raw offsets."""
    entries = surging().entries
    doubled = []
    for place, entry in enumerate(entries):
        doubled.append(entry)
        if is_contributions(entry):
            doubled += [old for old in entries[max(place - 4, 0) : place + 1] if is_contributions(old)]
    assert told(doubled) == told(entries)


def test_marks_older_than_the_last_are_ignored():
    entries = surging().entries
    with_old = [*entries[:-1], mark("2021-06", EURO, as_of="2020-01-01T00:00:00Z"), entries[-1]]
    assert told(with_old) == told(entries)
    assert told(entries[:-1]) != told(entries)


def test_nothing_is_told_before_there_are_rules():
    assert told(surging().entries[1:]) == []


def test_kinds_that_no_rule_reads_pass_by():
    entries = surging().entries
    assert told([records("name", {"product": "31", "name_en": "x"}), *entries]) == told(entries)


@settings(max_examples=12)
@given(st.lists(st.integers(0, 100), max_size=6), st.randoms())
def test_block_boundaries_change_no_alert(places, shuffler):
    entries = eventful().entries
    reshaped, waiting = [], []
    for entry in entries:
        if is_contributions(entry):
            waiting.append(entry)
            continue
        if waiting:
            whole = merged(waiting[0], waiting[1:]) if shuffler.random() < 0.5 else None
            pieces = [whole] if whole else waiting
            reshaped += [piece for one in pieces for piece in cut(one, places)]
            waiting = []
        reshaped.append(entry)
    assert told(reshaped) == told(entries)


def test_watching_the_evaluations_changes_no_alert():
    entries, seen = eventful().entries, []
    assert told(entries, observe=seen.append, keep_evaluations=True) == told(entries)
    assert any(output.evaluations for output in seen)


@pytest.mark.parametrize("series_a_slice", [2, 20_000])
def test_stopped_after_any_commit_it_goes_on_to_the_same_bytes(monkeypatch, series_a_slice):
    """After every single commit the monitor is thrown away and made anew from its store."""
    monkeypatch.setattr(plan, "SERIES_A_SLICE", series_a_slice)
    log = log_of(eventful().entries).log()
    through, stopped = MemoryEvents(), MemoryEvents()
    for _ in Monitor(log, MemoryStateStore(through), 0).drain():
        pass
    store, commits = MemoryStateStore(stopped), 0
    while next(Monitor(log, store, 0).drain(), None) is not None:
        commits += 1
    assert commits > len(months())
    for topic in Topic:
        assert stopped.read(topic, -1, 10_000) == through.read(topic, -1, 10_000)
        assert through.read(topic, -1, 10_000)


class FailingStore(MemoryStateStore):
    """Breaks off before one of its commits."""

    left = 0

    def commit(self, changes, alerts, figures):
        self.left -= 1
        if self.left == 0:
            raise OSError("the disk is full")
        super().commit(changes, alerts, figures)


def test_a_commit_that_fails_anywhere_loses_nothing(monkeypatch):
    monkeypatch.setattr(plan, "SERIES_A_SLICE", 2)
    log = log_of(eventful().entries).log()
    through = MemoryEvents()
    for _ in Monitor(log, MemoryStateStore(through), 0).drain():
        pass
    stopped = MemoryEvents()
    store, failures, done = FailingStore(stopped), 0, False
    while not done:
        store.left = 7
        try:
            list(Monitor(log, store, 0).drain())
            done = True
        except OSError:
            failures += 1
    assert failures > 5
    for topic in Topic:
        assert stopped.read(topic, -1, 10_000) == through.read(topic, -1, 10_000)


def test_a_restart_reads_the_log_from_where_it_stopped():
    log, store = log_of(eventful().entries).log(), MemoryStateStore(MemoryEvents())
    list(Monitor(log, store, 0).drain())
    monitor = Monitor(log, store, 0)
    assert monitor.lag() == 0
    assert list(monitor.drain()) == []


def test_books_and_units_come_back_after_a_restart():
    said = {
        "price": price(2.0, kind="domestic", market="BR"), "industry": indicator(4.0), "measure": measure(),
        "subsidy": subsidy(), "scope": scope(), "tariff": tariff(6.0), "trigger": trigger(10.0),
        "fx": {"currency": "USD", "base": "EUR", "period": "2020-01", "rate": 1.1, "source": "ecb"},
        "conversion": {"reporter": "BR", "source": "comexstat", "currency": "USD", "into": "EUR",
                       "period": "2020-01", "factor": 0.9, "rate_period": "2020-01", "rate_source": "ecb"},
    }  # fmt: skip
    entries = [records(kind, row) for kind, row in said.items()] + surging().entries
    log, store = log_of(entries).log(), MemoryStateStore(MemoryEvents())
    first = Monitor(log, store, 0)
    list(first.drain())
    again = Monitor(log, store, 0)
    assert again.step.books == first.step.books
    for book in fields(first.step.books):
        assert getattr(again.step.books, book.name) != getattr(Books(), book.name)
    asked = (("72171010",), "CN", ("BR",))
    assert again.step.books.measures.steps(*asked, abroad=True)
    assert again.step.panel.units == first.step.panel.units == ["p/st"]


def test_state_of_another_version_is_refused():
    store = MemoryStateStore(MemoryEvents())
    log = log_of(surging().entries).log()
    list(Monitor(log, store, 0).drain())
    key = StateKey("document", "format")
    store.commit(Changes(puts={key: msgspec.msgpack.encode(99)}), [], [])
    with pytest.raises(StateError, match="replay the log"):
        Monitor(log, store, 0)
    store.commit(Changes(deletes={key}), [], [])
    with pytest.raises(StateError):
        Monitor(log, store, 0)


def test_figures_are_the_new_totals_of_the_cells_that_changed():
    step = PartitionStep()
    first = contributions(
        [row(0, month="2020-01", kg=5, value=7), row(1, origin="BY", month="2020-01", kg=1)]
    )
    second = contributions([row(2, month="2020-01", kg=2, value=1, quantity=3)])
    found = []
    for offset, entry in enumerate(
        (rules(RULES), first, mark("2020-01"), second, mark("2020-01"), mark("2020-01"))
    ):
        found += [block for output in step.take(offset, entry) for block in output.figures]
    assert [len(block) for block in found] == [2, 1]
    columns = {name: column.tolist() for name, column in found[1].columns.items()}
    assert (columns["mass_g"], columns["value_e4"], columns["lines"]) == ([7000], [80_000], [2])
    assert columns["quantity_milli"] == [3000]
    assert found[1].header["as_of"] == "2020-02-01T00:00:00Z"


def test_what_is_told_carries_its_history():
    events = [alert for alert in alerts(surging().entries) if alert.origin == "CN"]
    assert len({alert.alert_id for alert in events}) == 1
    assert [alert.seq for alert in events] == list(range(len(events)))
    assert len({alert.event_id for alert in events}) == len(events)
    assert all(alert.changes for alert in events[1:])
