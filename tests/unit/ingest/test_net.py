"""What is left of contributions does not depend on how messages were cut into batches."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.blocks import BlockKind
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.net import Net
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.topics import RawMessage, TopicIngestor
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

LINE = {
    "reporter": "EU", "declaration_id": "D1", "item": "1", "version": "1", "action": "accept",
    "accepted_at": "2024-05-03T10:00:00Z", "procedure": "40", "product": "31022100", "origin": "CN",
    "importer": "f3a1", "net_mass_kg": "25000", "value": "5250.00", "currency": "EUR",
}  # fmt: skip


def told(records, cuts):
    """The contribution blocks that some records come to when they are taken in these batches."""
    store = MemoryIngestStore()
    ingestor = TopicIngestor(store, RecordKind.DECLARATION, "t-0", 0, IngestSettings(partitions=2))
    messages = [RawMessage(place, b"k", json.dumps(one).encode()) for place, one in enumerate(records)]
    bounds = sorted({0, len(messages), *cuts})
    for start, stop in pairwise(bounds):
        ingestor.take_messages(messages[start:stop])
    blocks = [decode_block(entry) for entries in store.entries.values() for entry in entries]
    return [block for block in blocks if block.kind is BlockKind.CONTRIBUTIONS]


def taken_away(one, other):
    net = Net()
    for blocks, times in ((one, 1), (other, -1)):
        for block in blocks:
            net.add(block, np.ones(len(block), bool), times)
    return net.left()


VERSIONS = st.lists(
    st.fixed_dictionaries(
        {
            "declaration_id": st.sampled_from(["D1", "D2"]),
            "version": st.sampled_from(["1", "2", "3"]),
            "product": st.sampled_from(["31022100", "72081000"]),
            "net_mass_kg": st.sampled_from(["25000", "26000"]),
            "action": st.sampled_from(["accept", "amend", "cancel"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(VERSIONS, st.lists(st.integers(0, 12)), st.lists(st.integers(0, 12)))
def test_the_same_messages_in_other_batches_leave_nothing(versions, cuts, others):
    records = [LINE | version for version in versions]
    inside = [{cut for cut in one if cut < len(records)} for one in (cuts, others)]
    assert not len(taken_away(told(records, inside[0]), told(records, inside[1])))


@pytest.mark.parametrize("changed", [{"value": "5250.01"}, {"origin": "RU"}, {"importer": "other"}, None])
def test_whatever_was_told_differently_is_left(changed):
    records = [LINE, LINE | {"declaration_id": "D2"}]
    other = records[:1] if changed is None else [records[0], records[1] | changed]
    left = taken_away(told(records, []), told(other, []))
    assert len(left) == (1 if changed is None else 2)


def test_much_is_added_up_in_between(monkeypatch):
    monkeypatch.setattr("tidegauge.ingest.net._COMPACT_ROWS", 3)
    records = [LINE | {"declaration_id": f"D{number}"} for number in range(10)]
    (block,) = told(records, [])
    one = replace(block, columns={name: column[:5] for name, column in block.columns.items()})
    assert len(taken_away([one, one, block], [one, one])) == 10
