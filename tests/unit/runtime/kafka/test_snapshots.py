"""Copies of a state: in a folder and in a store (fsspec's own, in memory), and which are passed over."""

import sqlite3
from contextlib import closing

import fsspec
import msgspec
import pytest

from tidegauge.monitor.state import STATE_FORMAT
from tidegauge.runtime.errors import UserError
from tidegauge.runtime.kafka.files import PartitionFile
from tidegauge.runtime.kafka.snapshots import Snapshots
from tidegauge.workers.partition import copy_fault

LOG = "records"


@pytest.fixture(params=["folder", "store"])
def place(request, tmp_path):
    if request.param == "folder":
        yield str(tmp_path / "copies")
    else:
        yield "memory://copies"
        fsspec.filesystem("memory").store.clear()


@pytest.fixture
def state(tmp_path):
    """A file whose state is of our format; `marked` is what it holds now."""
    file = PartitionFile(tmp_path / "state.db")
    write(file, STATE_FORMAT, "first")
    yield file
    file.close()


def write(file, state_format, mark):
    with file.transaction("test") as connection:
        for key, value in (("format", state_format), ("mark", mark)):
            put = "INSERT OR REPLACE INTO state VALUES (0, 'document', ?, ?)"
            connection.execute(put, (key, msgspec.msgpack.encode(value)))


def marked(path):
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT value FROM state WHERE key = 'mark'").fetchone()
    return msgspec.msgpack.decode(found[0])


def test_the_newest_copy_is_taken_and_two_are_kept(place, state, tmp_path):
    copies = Snapshots(place, LOG, copy_fault)
    assert not copies.bring(0, tmp_path / "none.db")
    for offset in range(1, 5):
        write(state, STATE_FORMAT, f"at {offset}")
        assert copies.save(state, 0, offset)
    files, root = fsspec.core.url_to_fs(place)
    names = [name.rpartition("/")[2] for name in sorted(files.ls(root, detail=False))]
    assert names == [f"records-00000-{offset:020d}.db" for offset in (3, 4)], "nothing else, no leftover"
    assert Snapshots(place, LOG, copy_fault).bring(0, tmp_path / "new.db")
    assert marked(tmp_path / "new.db") == "at 4"
    assert not copies.bring(1, tmp_path / "another.db")


@pytest.mark.parametrize("step", [-1, 1])
def test_a_copy_of_another_version_is_passed_over(step, place, state, tmp_path, capfd):
    copies, stored = Snapshots(place, LOG, copy_fault), STATE_FORMAT + step
    copies.save(state, 0, 1)
    write(state, stored, "second")
    copies.save(state, 0, 2)
    assert copies.bring(0, tmp_path / "new.db")
    assert marked(tmp_path / "new.db") == "first"
    whose = "a newer" if step > 0 else "an older"
    told = capfd.readouterr().err
    assert f"format {stored}, of {whose} version, and this version reads {STATE_FORMAT}" in told


@pytest.mark.parametrize("left", [0, 100, 9_000])
def test_a_partial_copy_is_passed_over(left, place, state, tmp_path, capfd):
    copies = Snapshots(place, LOG, copy_fault)
    copies.save(state, 0, 1)
    files, root = fsspec.core.url_to_fs(place)
    (whole,) = files.ls(root, detail=False)
    files.pipe_file(whole, files.cat_file(whole)[:left])
    assert not copies.bring(0, tmp_path / "new.db")
    assert not list(tmp_path.glob("new.*")), "nothing is left of it"
    assert "snapshot_refused" in capfd.readouterr().err


def test_a_newer_file_format_is_passed_over(place, state, tmp_path, capfd):
    state.connection.execute("PRAGMA user_version=99")
    copies = Snapshots(place, LOG, copy_fault)
    copies.save(state, 0, 1)
    assert not copies.bring(0, tmp_path / "new.db")
    assert "the file has format 99, and this version reads" in capfd.readouterr().err


def test_a_store_that_fails_stops_nobody(state, tmp_path, monkeypatch, capfd):
    copies = Snapshots("memory://copies", LOG, copy_fault)

    def fail(*_, **__):
        raise PermissionError("key=hunter2")

    for name in ("exists", "glob"):
        monkeypatch.setattr(fsspec.filesystem("memory"), name, fail)
    assert not copies.save(state, 0, 1)
    assert not copies.bring(0, tmp_path / "new.db")
    told = capfd.readouterr().err
    assert "snapshot_not_saved" in told
    assert "snapshots_not_read" in told
    assert "hunter2" not in told


def test_a_store_that_nothing_here_can_open_is_told():
    with pytest.raises(UserError, match=r"^TIDEGAUGE_KAFKA_SNAPSHOTS: .*nowhere"):
        Snapshots("nowhere://copies", LOG, copy_fault)
