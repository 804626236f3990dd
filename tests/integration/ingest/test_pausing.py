"""A feed that breaks is paused before it fills the quarantine; nothing of it is lost."""

import pytest
from tests.integration.ingest.folders import FLOW, LINE, Folder, cell, written

from tidegauge.ingest.limits import FeedPausedError, InvalidLimit
from tidegauge.ingest.settings import IngestSettings

SETTINGS = IngestSettings(batch_rows=4, limit=InvalidLimit(0.5, 10, 6))
FEED = "canonical:flow"


class Strict(Folder):
    """A folder whose feeds are paused soon, and what its screen was told."""

    def __init__(self, path):
        super().__init__(path, SETTINGS)

    def status(self, feed=FEED):
        return next(one for one in self.entrance.feeds.feeds() if one.feed == feed)


@pytest.fixture
def folder(tmp_path):
    return Strict(tmp_path / "data")


def declarations(bad):
    """Sixteen lines, of which those whose numbers are given have no mass that can be read."""
    return [
        f"BR,{n},1,1,accept,2024-01-{n + 1:02},31022100,CN,{'x' if n in bad else 5},9,USD" for n in range(16)
    ]


def test_a_file_that_is_mostly_wrong_leaves_nothing_behind_and_stays_where_it_is(folder, tmp_path):
    path = tmp_path / "bad.csv"
    rows = [cell("CN", "5", product=f"310221{n:02}") for n in range(7)]
    rows += [cell("US", "much", product=f"310221{n:02}") for n in range(8)]
    source = written(path, FLOW, *rows[::2], *rows[1::2])
    assert folder.feed(source) == {}
    assert folder.states() == []
    assert path.exists()
    status = folder.status()
    assert status.paused.reason == (f"{path}: 8 of the 15 rows read so far cannot be taken (not_a_number: 8)")
    assert (status.paused.held, status.read) == (str(path), 0)
    assert folder.feed(written(tmp_path / "good.csv", FLOW, cell("CN", 5))) == {}
    folder.entrance.feeds.resume(FEED)
    assert folder.feed(source) == {}
    assert folder.status().paused is not None
    assert folder.entrance.feeds.resume(FEED, anyway=True)
    assert set(folder.feed(source).values()) == {5000}
    assert len(folder.states()) == 8
    assert folder.status().paused is None
    assert not folder.entrance.feeds.resume(FEED)


def test_other_feeds_go_on(folder, tmp_path):
    folder.entrance.feeds.pause("somebody-else", "by the operator")
    assert folder.feed(written(tmp_path / "good.csv", FLOW, cell("CN", 5))) != {}
    assert folder.status("somebody-else").paused.reason == "by the operator"


def test_a_stream_that_turns_bad_is_paused_at_its_step_and_goes_on_from_there(folder, tmp_path):
    """Rows 0 to 5 are good; what follows is refused without a break, and the second step goes too far."""
    source = written(tmp_path / "lines.csv", *LINE, *declarations(set(range(6, 16))))
    folder.feed(source)
    assert (folder.states(), folder.status("canonical:declaration").read) == ([], 4)
    assert "10 rows in a row cannot be taken" in folder.status("canonical:declaration").paused.reason
    folder.entrance.feeds.resume("canonical:declaration", anyway=True)
    assert list(folder.feed(source).values()) == [6 * 5000]
    status = folder.status("canonical:declaration")
    assert (status.read, status.accepted, status.quarantined) == (16, 6, 10)
    assert len(folder.states()) == 10


def test_the_stream_pauses_as_the_file_would(tmp_path):
    """The same rows, however they are cut into steps: paused at some step, and in the end all is there."""
    for batch_rows in (1, 3, 16):
        folder = Folder(
            tmp_path / str(batch_rows), IngestSettings(batch_rows=batch_rows, limit=InvalidLimit(0.5, 10, 6))
        )
        source = written(tmp_path / "lines.csv", *LINE, *declarations(set(range(2, 16))))
        folder.feed(source)
        assert folder.entrance.feeds.feeds()[0].paused is not None
        folder.entrance.feeds.resume("canonical:declaration", anyway=True)
        assert list(folder.feed(source).values()) == [10_000]
        assert len(folder.states()) == 14


def test_a_feed_with_some_bad_rows_all_along_is_not_paused_however_small_its_steps(folder, tmp_path):
    """Refused rows are held against the rows they stand among, not against those of one step."""
    rows = [f"BR,{n},1,1,accept,2024-01-05,31022100,CN,{'x' if n % 10 == 3 else 5},9,USD" for n in range(400)]
    folder.feed(written(tmp_path / "lines.csv", *LINE, *rows))
    status = folder.status("canonical:declaration")
    assert (status.paused, status.accepted, status.quarantined) == (None, 360, 40)


def test_a_file_in_the_inbox_waits_there(folder, tmp_path):
    bad = written(tmp_path / "bad.csv", FLOW, *[cell("CN", "x", product=f"310221{n:02}") for n in range(12)])
    waiting = folder.entrance.inbox.put(bad)
    folder.settle()
    assert waiting.exists()
    folder.entrance.feeds.resume(FEED, anyway=True)
    folder.settle()
    assert not waiting.exists()
    assert (waiting.parent / "taken" / "bad.csv").exists()
    assert len(folder.states()) == 12


def test_mended_records_are_held_to_no_limit(folder, tmp_path):
    """What is sent again one by one was looked at; the ledger may still refuse it."""
    rows = [cell("CN", 5, product=f"310221{n:02}") for n in range(12)] + [cell("US", "x"), cell("DE", "x")]
    folder.feed(written(tmp_path / "bad.csv", FLOW, *rows))
    folder.entrance.mending.mend(1, {"net_mass_kg": "7", "currency": "EUR"})
    folder.settle()
    assert folder.status().paused is None


def test_a_paused_feed_is_refused_at_once(folder, tmp_path):
    folder.feed(written(tmp_path / "good.csv", FLOW, cell("CN", 5)))
    folder.entrance.feeds.pause(FEED, "we ask the publisher")
    with folder.stream() as stream, pytest.raises(FeedPausedError, match="we ask the publisher"):
        list(stream.feed(written(tmp_path / "next.csv", FLOW, cell("US", 5))))
