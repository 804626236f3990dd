"""The file of a partition: what must outlast a power cut, and what need not."""

from sqlite3 import IntegrityError

import pytest

from tidegauge.runtime.kafka.files import LostFileError, PartitionFile

NORMAL, FULL = 1, 2


def synchronous(file):
    return file.connection.execute("PRAGMA synchronous").fetchone()[0]


@pytest.mark.parametrize(("asked", "expected"), [({}, FULL), ({"synchronous": "NORMAL"}, NORMAL)])
def test_commits_outlast_a_power_cut_unless_the_log_gives_them_again(tmp_path, asked, expected):
    file = PartitionFile(tmp_path / "state.db", **asked)
    assert synchronous(file) == expected
    file.close()


def test_what_may_be_done_twice_is_not_synced_and_what_follows_is(tmp_path):
    file = PartitionFile(tmp_path / "ledger.db")
    with file.unhurried("relay") as connection:
        assert synchronous(file) == NORMAL
        connection.execute("INSERT INTO document VALUES ('a', x'01')")
    assert synchronous(file) == FULL
    with pytest.raises(IntegrityError), file.unhurried("relay") as connection:
        connection.executemany("INSERT INTO document VALUES (?, x'02')", [("b",), ("a",)])
    assert synchronous(file) == FULL
    kept = file.connection.execute("SELECT name, value FROM document WHERE name IN ('a', 'b')").fetchall()
    assert kept == [("a", b"\1")]
    file.close()


def test_a_file_taken_over_takes_no_unhurried_commit_either(tmp_path):
    first = PartitionFile(tmp_path / "ledger.db")
    second = PartitionFile(tmp_path / "ledger.db")
    with pytest.raises(LostFileError), first.unhurried("relay"):
        pass
    assert synchronous(first) == FULL
    first.close()
    second.close()
