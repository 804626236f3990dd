"""A mended record counts as if it had been right at once, and its entry is settled once, whatever happens."""

import pytest
from tests.integration.ingest.folders import FLOW, LINE, Folder, cell, written

from tidegauge.entrance import open_entrance
from tidegauge.ingest.inbox import Inbox
from tidegauge.ingest.reading import FeedOptions
from tidegauge.ingest.source import open_source
from tidegauge.runtime.quarantine import State, StillWrongError, Wanted, WrongStateError
from tidegauge.runtime.settings import Settings


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "data")


@pytest.mark.parametrize("by", ["field", "line"])
def test_a_mended_cell_joins_the_others_of_its_file(folder, tmp_path, by):
    """A vintage restates a product's month: the mended cell must not push out its neighbours."""
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7), cell("DE", 9)))
    mending = folder.entrance.mending
    if by == "field":
        mending.mend(1, {"net_mass_kg": "7"})
    else:
        mending.mend(1, {}, cell("US", 7))
    mended = folder.settle()
    right = Folder(tmp_path / "right")
    assert mended == right.feed(
        written(tmp_path / "right.csv", FLOW, cell("CN", 5), cell("US", 7), cell("DE", 9))
    )
    entry = folder.entrance.quarantine.get(1)
    assert (entry.state, len(entry.mended_by)) == (State.MENDED, 64)
    assert folder.settle() == mended


def test_after_a_restart_the_mended_cell_still_stands_and_the_file_again_changes_nothing(folder, tmp_path):
    bad = [FLOW, cell("CN", 5), cell("US", -7)]
    folder.feed(written(tmp_path / "bad.csv", *bad))
    folder.entrance.mending.mend(1, {"net_mass_kg": "7"})
    mended = folder.settle()
    assert folder.feed(written(tmp_path / "again.csv", *bad, "")) == mended
    later = folder.feed(written(tmp_path / "later.csv", FLOW, cell("CN", 1, vintage="2024-03-10")))
    assert list(later.values()) == [1000]


def test_a_record_that_came_after_a_later_vintage_changes_nothing(folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7)))
    later = folder.feed(written(tmp_path / "later.csv", FLOW, cell("CN", 1, vintage="2024-03-10")))
    folder.entrance.mending.mend(1, {"net_mass_kg": "7"})
    assert folder.settle() == later
    assert folder.states() == [(1, "mended", "negative")]


def test_what_is_still_wrong_is_told_at_once_and_sends_nothing(folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("US", -7, product="31A2")))
    mending = folder.entrance.mending
    with pytest.raises(StillWrongError, match="Entry 1 is still wrong: net_mass_kg: negative"):
        mending.mend(1, {"product": "31022100"})
    with pytest.raises(StillWrongError, match="reporter: missing_required"):
        mending.mend(1, {"reporter": "", "net_mass_kg": "7", "product": "31022100"})
    with pytest.raises(StillWrongError, match="has no field mass"):
        mending.mend(1, {"mass": "7"})
    with pytest.raises(StillWrongError, match="wrong_field_count"):
        mending.mend(1, {}, "BR,2024-01")
    assert Inbox(folder.path).waiting() == []
    assert folder.states() == [(1, "open", "not_a_product_code")]


def test_what_the_ledger_refuses_goes_back_to_its_entry_and_says_why(folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7)))
    folder.entrance.mending.mend(1, {"net_mass_kg": "7", "currency": "EUR"})
    folder.settle()
    assert folder.states() == [(1, "open", "no_exchange_rate")]
    folder.entrance.mending.mend(1, {"currency": "USD"})
    assert sorted(folder.settle().values()) == [5000, 7000]
    assert folder.states() == [(1, "mended", "no_exchange_rate")]


def test_an_entry_is_mended_once(folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7)))
    mending = folder.entrance.mending
    path = mending.mend(1, {"net_mass_kg": "7"})
    with pytest.raises((StillWrongError, WrongStateError), match="Entry 1 is submitted, not open"):
        mending.mend(1, {"net_mass_kg": "8"})
    twin = path.read_text()
    mended = folder.settle()
    beside = path.with_name(f".{path.name}.options")
    assert not beside.exists()
    path.write_text(twin)  # by hand, and without what was said of it: a file like any other
    with pytest.raises(WrongStateError):
        folder.entrance.quarantine.dismiss(1, "late")
    assert mended == {**mended}


def test_dismissal_and_its_undoing(folder, tmp_path):
    folder.feed(written(tmp_path / "bad.csv", FLOW, cell("US", -7)))
    quarantine = folder.entrance.quarantine
    quarantine.dismiss(1, "the sender withdrew it")
    assert (quarantine.get(1).state, quarantine.get(1).note) == (State.DISMISSED, "the sender withdrew it")
    with pytest.raises(StillWrongError, match="is dismissed"):
        folder.entrance.mending.mend(1, {"net_mass_kg": "7"})
    quarantine.reopen(1)
    with pytest.raises(WrongStateError, match="Entry 1 is open, not dismissed"):
        quarantine.reopen(1)
    assert quarantine.open_by("feed") == {"canonical:flow": 1}


def test_a_mended_export_sends_what_was_changed_in_it(folder, tmp_path):
    folder.feed(
        written(
            tmp_path / "bad.csv", FLOW, cell("CN", 5), cell("US", -7), cell("DE", "x"), "BR,2024-01,31022100"
        )
    )
    rows = [(one.id, one.raw, one.record) for one in folder.entrance.quarantine.find(Wanted())]
    mended = [
        (rows[0][0], rows[0][1].replace("-7", "7"), rows[0][2]),
        (rows[1][0], rows[1][1], rows[1][2].replace('"x"', '"9"')),
        (rows[2][0], cell("FR", 3), ""),
    ]
    folder.entrance.mending.resubmit_rows(mended)
    assert sorted(folder.settle().values()) == [3000, 5000, 7000, 9000]
    assert {state for _, state, _ in folder.states()} == {"mended"}


def test_entries_whose_cause_has_gone_are_sent_again_as_they_are(folder, tmp_path):
    lines = [*LINE, "BR,a,1,1,accept,2024-01-05,31022100,CN,5,9,USD"]
    folder.feed(written(tmp_path / "one.csv", *lines, "BR,b,1,1,accept,2024-01-06,31022100,CN,6,9,EUR"))
    folder.entrance.mending.resubmit([1])
    folder.settle()
    assert folder.states() == [(1, "open", "no_exchange_rate")]
    rates = written(tmp_path / "fx.csv", "currency,base,period,rate,source", "USD,EUR,2024-01,1.09,ecb")
    folder.feed(rates)
    folder.entrance.mending.resubmit([1])
    assert sum(folder.settle().values()) == 11_000
    assert folder.states() == [(1, "mended", "no_exchange_rate")]


def test_a_line_of_an_official_format_is_mended_in_its_own_format(folder, tmp_path):
    header = "CO_ANO;CO_MES;CO_NCM;CO_UNID;CO_PAIS;SG_UF_NCM;CO_VIA;CO_URF;QT_ESTAT;KG_LIQUIDO;VL_FOB"
    header += ";VL_FRETE;VL_SEGURO"
    path = tmp_path / "official.csv"
    path.write_text(
        f"{header}\n2024;01;31022100;10;160;SP;01;0817800;5;5000;900;9;1\n2024;01;31022100;10;160\n"
    )
    folder.feed(open_source(path, options=FeedOptions(vintage="2024-02-10")))
    assert folder.states() == [(1, "open", "wrong_field_count")]
    folder.entrance.mending.mend(1, {}, "2024;01;31022100;10;249;SP;01;0817800;5;7000;900;9;1")
    assert sorted(folder.settle().values()) == [5_000_000, 7_000_000]


def test_the_raw_text_is_in_no_representation(folder, tmp_path):
    folder.feed(
        written(
            tmp_path / "one.csv", LINE[0] + ",importer", "BR,a,1,1,accept,no day,31022100,CN,5,9,USD,ACME-LTD"
        )
    )
    entry = folder.entrance.quarantine.get(1)
    assert "ACME-LTD" in entry.raw
    assert "ACME-LTD" in entry.record
    assert "ACME-LTD" not in repr(entry)


def test_an_older_database_is_brought_up_to_date(tmp_path):
    import sqlite3  # noqa: PLC0415 - only here

    from tidegauge.runtime.embedded import LogDatabase  # noqa: PLC0415 - only here

    LogDatabase(tmp_path / "log.db").close()
    with sqlite3.connect(tmp_path / "log.db") as database:
        database.execute("DROP TABLE quarantine")
        database.execute(
            "CREATE TABLE quarantine (id INTEGER PRIMARY KEY, source TEXT, line INTEGER, field TEXT, "
            "reason TEXT, raw TEXT)"
        )
        database.execute("INSERT INTO quarantine VALUES (1, 'old.csv', 3, 'value', 'negative', 'x')")
        database.execute("PRAGMA user_version=3")
    database.close()
    (entry,) = open_entrance(Settings(data_dir=tmp_path)).quarantine.find(Wanted())
    assert (entry.id, entry.state, entry.source, entry.raw) == (1, State.OPEN, "old.csv", "x")
