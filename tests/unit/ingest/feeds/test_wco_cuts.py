"""A delivery that is cut anywhere and goes on is, to the letter, one that was never cut."""

from dataclasses import dataclass

import msgspec
import pytest

from tidegauge.ingest.feeds import wco_dm
from tidegauge.ingest.journal import unexplained
from tidegauge.ingest.position import FileProgress
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.settings import IngestSettings
from tidegauge.ingest.source import open_source
from tidegauge.runtime.memory import MemoryIngestStore

from .test_wco_deliveries import EVERYTHING, MASS_62, OTHER_DECLARATION, net
from .test_wco_dm import acceptance, folder_of, goods, meta, original

SETTINGS = IngestSettings(batch_rows=1, mark_every_rows=3)
UNKNOWN = meta("<Response><FunctionCode>99</FunctionCode></Response>")
NOT_XML = "<MetaData>"
BEFORE = [original(goods(1), goods(2, mass=7)), MASS_62]
DELIVERY = [
    *EVERYTHING,
    UNKNOWN,
    NOT_XML,
    *EVERYTHING[:3],
    original(goods(1, code="7208"), goods(2), lrn="LRN9"),  # waits for its acceptance
    acceptance(lrn="LRN8", mrn="24GB22WOA1EV2P6AR9"),  # waits for its original
]
BETWEEN = [acceptance(), original(goods(4), lrn="LRN8"), *OTHER_DECLARATION]


class CutError(Exception):
    """The process ends here."""


@dataclass
class CutStore(MemoryIngestStore):
    """Ends the process before or after one of its commits."""

    cut_at: int = -1
    is_written: bool = False

    def __post_init__(self):
        super().__init__()
        self.commits, self.steps = 0, []

    def commit(self, step):
        cut = self.commits == self.cut_at
        self.commits += 1
        if not cut or self.is_written:
            super().commit(step)
            files = [held for name, held in step.documents.items() if name.startswith("file:")]
            self.steps += [msgspec.msgpack.decode(held, type=FileProgress).steps for held in files]
        if cut:
            raise CutError


@pytest.fixture
def deliver(tmp_path, monkeypatch):
    """Take a delivery with so many messages at once; gives its progress."""
    made = {}

    def take(store, name, messages, at_once=3):
        monkeypatch.setattr(wco_dm, "MESSAGES_AT_ONCE", at_once)
        if name not in made:
            made[name] = open_source(folder_of(tmp_path / name, messages))
        ingestor = Ingestor(store, SETTINGS)
        list(ingestor.take(made[name]))
        return ingestor.progress(made[name])

    return take


def everything(store):
    return dict(store.entries), store.rejects, store.documents(""), list(store.pages("declarations"))


@pytest.mark.parametrize("at_once", [1, 2, 5, 1000])
def test_a_delivery_cut_anywhere_ends_as_one_that_was_not(deliver, at_once):
    whole = CutStore()
    deliver(whole, "before", BEFORE, at_once)
    first = whole.commits
    ended = deliver(whole, "delivery", DELIVERY, at_once)
    assert unexplained(ended.counts) == 0
    assert ended.counts["known"] >= 3
    assert {one.reason for one in whole.rejects} >= {"unknown_message", "refused_xml"}
    cuts = [(at, is_written) for at in range(first, whole.commits) for is_written in (False, True)]
    assert len(cuts) >= 4
    for at, is_written in cuts:
        store = CutStore(at, is_written)
        deliver(store, "before", BEFORE, at_once)
        with pytest.raises(CutError):
            deliver(store, "delivery", DELIVERY, at_once)
        assert deliver(store, "delivery", DELIVERY, at_once) == ended, (at, is_written)
        assert everything(store) == everything(whole), (at, is_written)
        assert store.steps == whole.steps, (at, is_written)


def test_other_deliveries_may_come_before_a_cut_one_goes_on(deliver):
    whole = CutStore()
    deliver(whole, "delivery", DELIVERY)
    deliver(whole, "between", BETWEEN)
    for at in range(whole.commits):
        store = CutStore(at)
        try:
            deliver(store, "delivery", DELIVERY)
        except CutError:
            deliver(store, "between", BETWEEN)
            progress = deliver(store, "delivery", DELIVERY)
            assert unexplained(progress.counts) == 0
            assert net(store) == net(whole)
