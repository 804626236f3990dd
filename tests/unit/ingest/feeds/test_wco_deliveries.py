"""WCO messages across deliveries: ordered, split and repeated at will, they give the same ledger."""

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.feeds.wco import correspondence
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import open_source
from tidegauge.runtime.log import IngestCommit
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block

from .test_wco_dm import (
    CANCELLATION,
    MASS_62,
    MRN,
    acceptance,
    amendment,
    folder_of,
    goods,
    item_pointer,
    ledger_of,
    original,
)

OTHER = "24GB22WOA1EV2P6AR6"
NEW_IMPORTER = amendment(shipment="<Importer><ID>GB2</ID></Importer>", version="4")
ITEM_3_FOR_2 = amendment(item_pointer(3), item_pointer(2), shipment=goods(3, mass=5), version="3")
LATER_ACCEPTANCE = acceptance().replace("20240222100937Z", "20240223110000Z")
OTHER_DECLARATION = [
    original(goods(1, mass=9), lrn="LRN2"),
    acceptance(lrn="LRN2", mrn=OTHER),
    MASS_62.replace(MRN, OTHER).replace(">62<", ">8<"),
]
EVERYTHING = [
    original(goods(1), goods(2, mass=7)),
    acceptance(),
    LATER_ACCEPTANCE,
    MASS_62,
    ITEM_3_FOR_2,
    NEW_IMPORTER,
    *OTHER_DECLARATION,
    acceptance(mrn=OTHER.replace("R6", "R7")),  # one reference, two declarations
    CANCELLATION,
]
MESSAGES = st.lists(st.sampled_from(EVERYTHING), min_size=1, max_size=8, unique=True)


def net(store):
    """Every content that the contributions leave, with its count."""
    left = {}
    for payload in store.entries[0]:
        columns = decode_block(payload).columns
        if not columns:
            continue
        names = sorted(set(columns) - {"sign", "raw_offset", "version", "vintage"})
        rows = zip(*(columns[name].tolist() for name in names), strict=True)
        for content, sign in zip(rows, columns["sign"].tolist(), strict=True):
            left[content] = left.get(content, 0) + sign
    return {content: count for content, count in left.items() if count}


class Desk:
    """A data folder that takes deliveries; it may be restarted in between."""

    def __init__(self):
        self.store = MemoryIngestStore()
        self._count = 0

    def take(self, messages, *, restart_after=None):
        with TemporaryDirectory() as folder:
            source = open_source(folder_of(Path(folder) / f"{self._count}", messages))
            self._count += 1
            steps = Ingestor(self.store, IngestSettings(batch_rows=1)).take(source)
            for place, _ in enumerate(steps):
                if place == restart_after:
                    list(Ingestor(self.store, IngestSettings(batch_rows=1)).take(source))
                    return


@settings(max_examples=60)
@given(MESSAGES, st.randoms(), st.lists(st.integers(0, 8), max_size=4), st.integers(0, 6))
def test_any_order_split_and_repetition_gives_the_ledger_of_all_at_once(messages, chance, cuts, restart):
    whole = Desk()
    whole.take(messages)
    shuffled = messages + chance.sample(messages, len(messages) // 2)
    chance.shuffle(shuffled)
    parts = Desk()
    bounds = sorted({0, len(shuffled), *(cut % len(shuffled) for cut in cuts)})
    for start, stop in pairwise(bounds):
        parts.take(shuffled[start:stop], restart_after=restart)
    # Feeds and units are numbered in order of first sight; these messages are of one feed and no unit.
    assert net(parts.store) == net(whole.store)


def test_an_acceptance_that_comes_in_a_later_delivery_ties_the_original():
    for order in ([original(goods(1)), acceptance()], [acceptance(), original(goods(1))]):
        desk = Desk()
        desk.take(order[:1])
        assert net(desk.store) == {}
        assert not desk.store.rejects
        desk.take(order[1:])
        assert sum(net(desk.store).values()) == 1


def test_counts_of_what_waits_and_of_what_is_known(tmp_path):
    store = MemoryIngestStore()
    ingestor = Ingestor(store)

    def counts(name, *messages):
        source = open_source(folder_of(tmp_path / name, messages))
        list(ingestor.take(source))
        return {key: count for key, count in ingestor.progress(source).counts.items() if count}

    assert counts("a", original(goods(1))) == {"read": 1, "awaiting_counterpart": 1}
    assert counts("b", original(goods(1)), CANCELLATION) == {"read": 2, "known": 1, "accepted": 1}
    assert counts("c", acceptance())["accepted"] == 1


def test_an_amended_header_reaches_items_of_an_earlier_delivery(tmp_path):
    store = MemoryIngestStore()
    ledger_of(folder_of(tmp_path / "a", [original(goods(1), goods(2)), acceptance()]), store)
    firms = {content[0:1] for content in net(store)}
    ledger_of(folder_of(tmp_path / "b", [NEW_IMPORTER]), store)
    left = net(store)
    assert len(left) == 2
    assert len(firms) == 1
    again = Desk()
    again.take([NEW_IMPORTER, original(goods(1), goods(2)), acceptance()])
    assert net(again.store) == left


def test_what_is_kept_is_bounded_under_one_reference(tmp_path, monkeypatch):
    monkeypatch.setattr(correspondence, "MOST_MESSAGES", 3)
    store = MemoryIngestStore()
    flood = [original(goods(1, mass=mass)) for mass in range(1, 6)]
    list(Ingestor(store).take(open_source(folder_of(tmp_path / "flood", flood))))
    assert [one.reason for one in store.rejects] == ["too_many_messages"] * 2


def test_what_is_kept_is_stored_with_the_rows_that_rest_on_it(tmp_path):
    kept = Kept(lambda _: None)
    source = open_source(folder_of(tmp_path / "a", [original(goods(1)), acceptance()]))
    pieces = list(source.batches(1, kept))
    assert [bool(piece.kept) for piece in pieces] == [True]
    store = MemoryIngestStore()
    store.commit(IngestCommit(documents=pieces[0].kept))
    more = open_source(folder_of(tmp_path / "b", [acceptance(), original(goods(1))]))
    (again,) = more.batches(1, Kept(store.document))
    assert again.frame.is_empty()
    assert again.counts["known"] == 2


@pytest.mark.parametrize("lrn", ["", "L" * 5000])
def test_strange_references_stay_apart(lrn):
    desk = Desk()
    desk.take([original(goods(1), lrn=lrn)])
    desk.take([acceptance(lrn=lrn)])
    assert sum(net(desk.store).values()) == (1 if lrn else 0)
