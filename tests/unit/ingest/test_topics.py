"""Messages of raw topics through validation and ledger."""

import json

import numpy as np
import pytest

from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.records import RecordKind
from tidegauge.ingest import switch
from tidegauge.ingest.limits import FeedPausedError, InvalidLimit
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.topics import RECENT_MESSAGES, RawMessage, TopicIngestor
from tidegauge.runtime.feeds import Pause
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


LIMIT = InvalidLimit(max_share=0.5, min_rows=4, max_run=5)


def limited(store, limit=LIMIT):
    settings = IngestSettings(partitions=2, limit=limit)
    return TopicIngestor(store, RecordKind.DECLARATION, "raw-7", 7, settings)


def faulty(*offsets):
    return [RawMessage(offset, b"k", b"{no json") for offset in offsets]


def test_too_many_faulty_messages_pause_the_topic_and_nothing_of_them_is_taken():
    store = MemoryIngestStore()
    taker = limited(store)
    assert taker.take_messages([message(0, LINE), *faulty(1)]) == 2
    with pytest.raises(FeedPausedError, match="3 of the 4 rows read so far cannot be taken"):
        taker.take_messages(faulty(2, 3))
    assert [one.line for one in store.rejects] == [1]
    assert limited(store).state.following == 2


def test_a_run_of_faulty_messages_is_counted_over_batches_and_restarts():
    store = MemoryIngestStore()
    limit = InvalidLimit(max_share=0, max_run=3)
    for start in (0, 2):
        limited(store, limit).take_messages(faulty(start, start + 1)[: 3 - start])
    with pytest.raises(FeedPausedError, match="4 rows in a row"):
        limited(store, limit).take_messages(faulty(3))
    limited(store, limit).take_messages([message(3, LINE), *faulty(4, 5, 6)])


def test_what_paused_it_passes_once_somebody_has_let_it_and_the_next_is_judged_anew():
    store = MemoryIngestStore()
    switch.pause(store, "raw-7", Pause("why", "2024-01-01T00:00:00Z", digest="6"))
    assert switch.resume(store, "raw-7", anyway=True)
    taker = limited(store)
    assert taker.take_messages(faulty(0, 1, 2, 3, 4, 5)) == 6
    assert taker.take_messages(faulty(6, 7, 8)) == 3
    with pytest.raises(FeedPausedError, match="4 of the 4 rows"):
        taker.take_messages(faulty(9))


def test_a_share_is_one_of_the_last_messages_not_of_all():
    store = MemoryIngestStore()
    taker = limited(store, InvalidLimit(max_share=0.5, min_rows=4, max_run=0))
    many = [
        message(offset, {**LINE, "declaration_id": f"D{offset}"}) for offset in range(4 * RECENT_MESSAGES)
    ]
    for start in range(0, len(many), RECENT_MESSAGES):
        taker.take_messages(many[start : start + RECENT_MESSAGES])
    with pytest.raises(FeedPausedError):
        taker.take_messages(faulty(*range(len(many), len(many) + 2 * RECENT_MESSAGES)))


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
