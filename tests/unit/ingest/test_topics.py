"""Messages of raw topics through validation and ledger."""

import json

import numpy as np
import pytest

from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.topics import RawMessage, TopicIngestor
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

LINE = {
    "reporter": "EU", "declaration_id": "24A1", "item": 1, "version": 1, "action": "accept",
    "accepted_at": "2024-05-03T10:00:00Z", "product": "31022100", "origin": "CN", "net_mass_kg": 1000,
    "value": 250.5, "currency": "EUR",
}  # fmt: skip
CELL = {
    "reporter": "BR", "period": "2024-01", "product": "31022100", "origin": "CN", "flow": "import",
    "net_mass_kg": 1000, "value": 100, "currency": "USD", "vintage": "2024-02-05", "source": "comexstat",
}  # fmt: skip


def ingestor(store, kind=RecordKind.DECLARATION, raw_partition=7):
    return TopicIngestor(store, kind, "raw-7", raw_partition, IngestSettings(partitions=2))


def message(offset, record, key=b"k"):
    return RawMessage(offset, key, record if record is None else json.dumps(record).encode())


def contributions(store):
    blocks = [decode_block(payload) for log in store.entries.values() for payload in log]
    return [one for one in blocks if one.kind is BlockKind.CONTRIBUTIONS]


def test_the_offset_of_a_message_is_its_place_in_the_raw_log():
    store = MemoryIngestStore()
    taker = ingestor(store)
    assert taker.take_messages([message(40, LINE), message(43, {**LINE, "item": 2})]) == 2
    (block,) = contributions(store)
    assert block.header["raw_partition"] == 7
    assert block.columns["raw_offset"].tolist() == [40, 43]
    assert taker.state.following == 44
    assert taker.state.newest_day == taker.state.oldest_day == 19846


def test_what_was_taken_is_not_taken_again_after_a_restart():
    store = MemoryIngestStore()
    ingestor(store).take_messages([message(0, LINE)])
    again = ingestor(store)
    amendment = {**LINE, "version": 2, "net_mass_kg": 900}
    assert again.take_messages([message(0, LINE), message(1, amendment)]) == 1
    amended = contributions(store)[1]
    assert amended.columns["sign"].tolist() == [-1, 1]
    assert amended.columns["raw_offset"].tolist() == [1, 1]


def test_bad_messages_are_set_aside_with_their_offset_and_reason():
    store = MemoryIngestStore()
    bad = [
        message(0, LINE, key=None), message(1, None), RawMessage(2, b"k", b"{no json"),
        message(3, {**LINE, "net_mass_kg": -1}), message(4, {**LINE, "item": 9}),
    ]  # fmt: skip
    ingestor(store).take_messages(bad)
    assert [(one.line, one.field, one.reason) for one in store.rejects] == [
        (0, "", "message_without_key"), (1, "", "empty_message"), (2, "", "not_json"),
        (3, "net_mass_kg", "negative"),
    ]  # fmt: skip
    assert sum(len(block) for block in contributions(store)) == 1


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_cells_are_restated_one_by_one_wherever_batches_end(cut):
    """A later vintage replaces, an earlier one changes nothing, and no two messages are added up."""
    sent = [
        CELL, {**CELL, "origin": "RU", "net_mass_kg": 500},
        {**CELL, "net_mass_kg": 700, "vintage": "2024-03-05"}, {**CELL, "net_mass_kg": 9},
    ]  # fmt: skip
    messages = [message(offset, record) for offset, record in enumerate(sent)]
    store = MemoryIngestStore()
    taker = ingestor(store, RecordKind.FLOW)
    taker.take_messages(messages[:cut])
    taker.take_messages(messages[cut:])
    blocks = contributions(store)
    mass = sum(int((block.columns["mass_g"] * block.columns["sign"]).sum()) for block in blocks)
    assert mass == (700 + 500) * 1000
    order = np.concatenate([block.columns["raw_offset"] for block in blocks])
    assert (np.diff(order) >= 0).all(), "the monitor's watermark would skip what comes late"
    assert list(taker.state.periods) == ["BR|comexstat|24288"]


def test_periods_are_forgotten_once_they_were_judged():
    taker = ingestor(MemoryIngestStore(), RecordKind.FLOW)
    taker.take_messages([message(0, CELL), message(1, {**CELL, "period": "2024-02"})])
    taker.forget_periods(1)
    assert list(taker.state.periods) == ["BR|comexstat|24289"]
