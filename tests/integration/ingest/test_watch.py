"""Watched folders: whole files alone, each content once, rewritten ones anew; the originals stay."""

import pytest
from tests.integration.ingest.folders import FLOW, Folder, cell

from tidegauge.ingest.uploads import Uploads
from tidegauge.ingest.watch import SETTLE_S, Watch
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.settings import Settings


class Watched:
    """A data folder and a folder beside it that it watches, with a clock of the test's own."""

    def __init__(self, tmp_path):
        self.outside = tmp_path / "outside"
        self.outside.mkdir()
        self.folder = Folder(tmp_path / "data")
        self.now = 0.0
        self.restart()

    def restart(self, **settings):
        self.folder.settings = Settings(data_dir=self.folder.path, **settings)
        notes = self.folder.path / "watched.json"
        self.watch = Watch([self.outside], self.folder.entrance.uploads, notes, lambda: self.now)

    def write(self, name, *cells):
        path = self.outside / name
        path.write_text("\n".join((FLOW, *cells)) + "\n")
        return path

    def look(self, after=0.0):
        self.now += after
        refused = [(path.name, reason) for path, reason in self.watch.look()]
        return refused, [path.name for path in self.folder.entrance.inbox.waiting()]

    def settle(self):
        """Look twice, take what waits, and give the sums."""
        self.look()
        self.look(SETTLE_S)
        return sorted(self.folder.settle().values())


@pytest.fixture
def watched(tmp_path):
    return Watched(tmp_path)


def test_a_file_is_taken_when_it_has_settled_and_stays_where_it_is(watched):
    path = watched.write("a.csv", cell("CN", 5))
    assert watched.look() == ([], [])
    assert watched.look(SETTLE_S / 2) == ([], [])
    path.write_text(path.read_text() + cell("US", 7) + "\n")
    assert watched.look(SETTLE_S) == ([], [])
    assert len(watched.look(SETTLE_S)[1]) == 1
    assert sorted(watched.folder.settle().values()) == [5000, 7000]
    assert path.exists()
    (feed,) = watched.folder.entrance.feeds.feeds()
    assert feed.last_file == str(path)


def test_the_same_content_is_taken_once_under_whatever_name_and_after_a_restart(watched):
    watched.write("a.csv", cell("CN", 5))
    assert watched.settle() == [5000]
    watched.write("copy.csv", cell("CN", 5))
    watched.restart()
    assert watched.settle() == [5000]
    (feed,) = watched.folder.entrance.feeds.feeds()
    assert feed.read == 1


def test_a_restart_that_forgot_what_was_taken_takes_nothing_twice(watched):
    watched.write("a.csv", cell("CN", 5))
    watched.settle()
    (watched.folder.path / "watched.json").unlink()
    watched.restart()
    assert watched.settle() == [5000]
    assert watched.folder.entrance.feeds.feeds()[0].read == 1


def test_a_rewritten_file_is_a_new_delivery(watched):
    watched.write("a.csv", cell("CN", 5))
    watched.settle()
    watched.write("a.csv", cell("CN", 6, vintage="2024-03-10"), cell("US", 1, vintage="2024-03-10"))
    assert watched.settle() == [1000, 6000]


def test_a_renamed_file_appears_at_once_and_unfinished_names_do_not(watched):
    for name in (".hidden.csv", "b.csv.part", "c.csv.tmp", "d.csv~"):
        watched.write(name, cell("CN", 5))
    (watched.outside / "folder.csv").mkdir()
    assert watched.settle() == []
    (watched.outside / "b.csv.part").rename(watched.outside / "b.csv")
    assert watched.settle() == [5000]


def test_what_cannot_be_read_is_told_once_and_again_when_it_changes(watched):
    path = watched.outside / "notes.txt"
    path.write_text("this is no table")
    watched.look()
    ((name, reason),), waiting = watched.look(SETTLE_S)
    assert (name, waiting) == ("notes.txt", [])
    assert reason.startswith("no known format")
    assert watched.look(SETTLE_S) == ([], [])
    path.write_text("nor is this one")
    watched.look()
    assert len(watched.look(SETTLE_S)[0]) == 1


def test_a_file_that_changes_while_it_is_copied_is_left_for_later(watched, monkeypatch):
    path = watched.write("a.csv", cell("CN", 5))
    receive = Uploads.receive

    def and_meanwhile(self, name):
        path.write_text(path.read_text() + cell("US", 7) + "\n")
        return receive(self, name)

    watched.look()
    monkeypatch.setattr(Uploads, "receive", and_meanwhile)
    assert watched.look(SETTLE_S) == ([], [])
    monkeypatch.undo()
    assert watched.settle() == [5000, 7000]


def test_a_full_inbox_leaves_files_for_later(watched):
    watched.restart(inbox_max_files=1)
    watched.write("a.csv", cell("CN", 5))
    watched.write("b.csv", cell("US", 6, product="31022900"))
    watched.look()
    assert len(watched.look(SETTLE_S)[1]) == 1
    assert watched.settle() == [5000]
    assert watched.settle() == [5000, 6000]


def test_a_folder_that_goes_away_stops_nothing_and_one_that_never_was_is_an_error(watched):
    watched.outside.rmdir()
    assert watched.look() == ([], [])
    with pytest.raises(UserError, match="it is no folder"):
        watched.restart()
