"""What every IngestStore with its RecordLog must do."""

import numpy as np
import pytest

from tidegauge.domain.ledger.pages import pointer
from tidegauge.runtime.log import IngestCommit, LogEntry, Rejected

REJECT = Rejected("flows.csv", 7, "net_mass_kg", "negative", "BR,-1", "{}", "comexstat", "flow", "now", "x")
STEP = IngestCommit(
    entries=[(0, b"a"), (1, b"b"), (0, b"c")],
    pages=[("flows", 0, 2, b"aabbcc"), ("declarations", 0, 3, b"xxxyyy")],
    rejects=[REJECT],
    documents={"ingest": b"1", "file:x": b"2"},
)


def read(store, ledger, *where):
    pointers = np.array([pointer(page, row) for page, row, _ in where], np.int64)
    return store.read(ledger, pointers, np.array([count for *_, count in where], np.int64))


def everything(runtime):
    return (
        [runtime.log.read(partition, -1, 100) for partition in range(3)],
        [list(runtime.ingest.pages(ledger)) for ledger in ("flows", "declarations")],
        runtime.quarantined(),
        [runtime.ingest.document(name) for name in ("ingest", "file:x", "other")],
    )


def test_an_empty_one(runtime):
    assert everything(runtime) == ([[], [], []], [[], []], [], [None, None, None])
    assert runtime.log.end(0) == -1


def test_a_step_is_there_after_opening_again(runtime):
    runtime.ingest.commit(STEP)
    runtime = runtime.reopened()
    assert everything(runtime) == (
        [[LogEntry(0, b"a"), LogEntry(1, b"c")], [LogEntry(0, b"b")], []],
        [[(0, b"aabbcc")], [(0, b"xxxyyy")]],
        [REJECT],
        [b"1", b"2", None],
    )
    assert [runtime.log.end(partition) for partition in range(3)] == [1, 0, -1]
    runtime.close()


def test_the_log_is_read_in_portions_from_any_offset(runtime):
    for number in range(5):
        runtime.ingest.commit(IngestCommit(entries=[(0, b"%d" % number), (1, b"other")]))
    assert runtime.log.read(0, -1, 2) == [LogEntry(0, b"0"), LogEntry(1, b"1")]
    assert runtime.log.read(0, 2, 10) == [LogEntry(3, b"3"), LogEntry(4, b"4")]
    assert runtime.log.read(0, 4, 10) == []


def test_rows_of_pages_are_read_in_the_order_asked(runtime):
    runtime.ingest.commit(STEP)
    runtime.ingest.commit(IngestCommit(pages=[("flows", 1, 2, b"ddee")]))
    assert read(runtime.ingest, "flows", (1, 1, 1), (0, 1, 2), (0, 0, 1)) == [b"ee", b"bbcc", b"aa"]
    assert read(runtime.ingest, "declarations", (0, 1, 1)) == [b"yyy"]
    assert read(runtime.ingest, "flows") == []


def test_pages_come_in_the_order_of_their_numbers(runtime):
    for number in (0, 1, 2, 10, 11):
        runtime.ingest.commit(IngestCommit(pages=[("flows", number, 1, b"%d" % number)]))
    assert [number for number, _ in runtime.ingest.pages("flows")] == [0, 1, 2, 10, 11]


def test_a_document_is_replaced(runtime):
    runtime.ingest.commit(STEP)
    runtime.ingest.commit(IngestCommit(documents={"ingest": b"9"}))
    assert runtime.ingest.document("ingest") == b"9"
    assert runtime.ingest.document("file:x") == b"2"


def test_documents_are_found_by_the_beginning_of_their_name(runtime):
    runtime.ingest.commit(IngestCommit(documents={"feed:b": b"2", "feed:a": b"1", "feeds": b"3", "f%": b"4"}))
    assert list(runtime.ingest.documents("feed:").items()) == [("feed:a", b"1"), ("feed:b", b"2")]
    assert runtime.ingest.documents("x") == {}


def test_a_step_that_fails_leaves_nothing(runtime):
    """A page is never written twice: the step that tries takes none of its other parts with it."""
    runtime.ingest.commit(STEP)
    before = everything(runtime)
    broken = IngestCommit(
        entries=[(0, b"z"), (2, b"z")],
        pages=[("flows", 1, 2, b"zz"), ("flows", 0, 2, b"zz")],
        rejects=[REJECT],
        documents={"ingest": b"z", "other": b"z"},
    )
    with pytest.raises(Exception, match=r"(?i)page|unique"):
        runtime.ingest.commit(broken)
    assert everything(runtime) == before
    runtime.ingest.commit(IngestCommit(entries=[(0, b"d")]))
    assert runtime.log.end(0) == 2
