"""`census`: detail rows of single countries out of the API's array of arrays."""

import json

import pytest

from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.ingest.reading import recognise

NAMES = [
    "CTY_CODE", "I_COMMODITY", "GEN_VAL_MO", "GEN_CHA_MO", "GEN_QY1_MO", "GEN_QY1_MO_FLAG", "UNIT_QY1",
    "SUMMARY_LVL", "time", "I_COMMODITY",
]  # fmt: skip
ROW = ["5700", "3102100000", "2500", "120", "4000", "-", "KG", "DET", "2024-01", "3102100000"]


def row(**changes):
    values = dict(zip(NAMES, ROW, strict=True)) | changes
    return [values[name] for name in NAMES]


@pytest.fixture
def census(tmp_path, read):
    def write_and_read(*rows, names=NAMES, **options):
        path = tmp_path / "census.json"
        path.write_text(json.dumps([names, *rows]))
        assert recognise(path).reason == "has the columns of the US Census trade API"
        return read(path, **options)

    return write_and_read


def test_one_row(census):
    outcome = census(row(), vintage="2024-03-07")
    assert not outcome.rejects
    assert not outcome.unknown
    assert outcome.rows.row(0, named=True).items() >= {
        "reporter": "US", "month": 24288, "product": "3102100000", "nomenclature": "HTS2024", "origin": "CN",
        "flow": "import", "net_mass_g": 4_000_000, "quantity_milli": None, "value_e4": 25_000_000,
        "freight_e4": 1_200_000, "currency": "USD", "value_basis": "customs", "source": "us-census",
        "line": 2,
    }.items()  # fmt: skip


def test_a_flagged_quantity_is_missing_and_units_are_heeded(census):
    outcome = census(
        row(GEN_QY1_MO="0", GEN_QY1_MO_FLAG="M"),
        row(GEN_QY1_MO="0", GEN_QY1_MO_FLAG="M", UNIT_QY1="NO"),
        row(UNIT_QY1="T"),
        row(UNIT_QY1="NO"),
        row(UNIT_QY1="-", GEN_QY1_MO="0"),
    )
    assert not outcome.rejects
    assert outcome.rows["net_mass_g"].to_list() == [None, None, 4_000_000_000, None, None]
    assert outcome.rows["quantity_milli"].to_list() == [None, None, None, 4_000_000, None]
    assert outcome.rows["quantity_unit"].to_list() == [None, None, None, "NO", None]


def test_groups_totals_and_shorter_codes_are_left_out(census):
    outcome = census(
        row(),
        row(CTY_CODE="0003", SUMMARY_LVL="CGP"),
        row(CTY_CODE="-", SUMMARY_LVL="DET"),
        row(CTY_CODE="5XXX"),
        row(I_COMMODITY="31"),
        row(I_COMMODITY="-"),
    )
    assert outcome.rows["line"].to_list() == [2]
    assert outcome.notes == {"aggregate": 5}


def test_exports_and_year_and_month(census):
    names = ["E_COMMODITY", "CTY_CODE", "ALL_VAL_MO", "YEAR", "MONTH"]
    outcome = census(["310210", "4280", "7", "2024", "3"], names=names)
    assert outcome.rows.select("flow", "origin", "month", "value_basis", "value_e4").rows() == [
        ("export", "DE", 24290, None, 70_000)
    ]


def test_uneven_rows_and_faults(census):
    outcome = census(["5700"], row(CTY_CODE="9999"), row(time="2024"), {"a": 1}, "x", row(GEN_VAL_MO=None))
    assert [fault[:2] for fault in outcome.faults][:3] == [(2, ""), (3, "origin"), (4, "period")]
    assert (6, "", "not_json") in outcome.faults
    assert outcome.rows["value_e4"].to_list() == [None]


def test_the_sum_is_that_of_the_file(census):
    rows = [row(GEN_VAL_MO=str(number), CTY_CODE="5700" if number % 3 else "0001") for number in range(300)]
    outcome = census(*rows)
    assert outcome.rows["value_e4"].sum() == sum(n for n in range(300) if n % 3) * 10_000
    assert outcome.rows.height + outcome.notes["aggregate"] == len(rows)


def test_schedule_c_names_every_country_once():
    table = country_table("census")
    assert (table["1220"], table["4279"], table["5800"], table["7920"]) == ("CA", "FR", "KR", "NA")
    # Gaza and the West Bank are one country here, as are Sudan's two codes.
    assert sorted(code for code in table.values() if list(table.values()).count(code) > 1) == [
        "PS", "PS", "SD", "SD", "ZZ", "ZZ",
    ]  # fmt: skip
