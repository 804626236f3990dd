"""`sts`: the wide file becomes one record a published figure."""

import csv

import pytest

from tidegauge.ingest.reading import FeedError, recognise

HEADER = (
    "freq,indic_bt,nace_r2,s_adj,unit,geo\\TIME_PERIOD,2024-01_value,2024-01_flag,2024-02_value,2024-02_flag"
)


@pytest.fixture
def sts(tmp_path, read):
    def write_and_read(*lines, header=HEADER, **options):
        path = tmp_path / "sts.csv"
        path.write_text("\n".join((header, *lines, "")))
        return read(path, **options)

    return write_and_read


def test_figures_flags_and_gaps(sts, tmp_path):
    outcome = sts(
        "M,PRD,C2052,SCA,I21,EL,132.9,p,120.1,e",
        "M,PRD,C2052,SCA,I21,IE,,: @C,,:",
        "M,PRD,C2052,NSA,I21,EU27_2020,91.9,,:,",
        "M,PRD,C2052,SCA,I21,EA20,91.9,,90,",
        vintage="2026-02-13",
    )
    assert recognise(tmp_path / "sts.csv").reason == "has the columns of Eurostat's short-term statistics"
    assert not outcome.rejects
    assert outcome.notes == {"confidential": 1, "not_published": 2, "estimated": 1, "aggregate": 1}
    columns = ["reporter", "product", "month", "indicator", "value", "source", "line"]
    assert outcome.rows.select(columns).rows() == [
        ("GR", "C2052", 24288, "production", 132.9, "eurostat-sts:sca", 2),
        ("GR", "C2052", 24289, "production", 120.1, "eurostat-sts:sca", 2),
        ("EU", "C2052", 24288, "production", 91.9, "eurostat-sts:nsa", 4),
    ]
    assert set(outcome.rows["classification"]) == {"NACE2"}
    assert set(outcome.rows["unit"]) == {"I21"}
    assert str(outcome.rows["vintage"][0]) == "2026-02-13"


def test_a_bad_figure_does_not_take_its_row_along(sts):
    outcome = sts(
        "M,PRD,C2052,SCA,I21,DE,x,,120.1,", "Q,PRD,C2052,SCA,I21,DE,1,,2,", "M,ZZZ,C1,SCA,I21,DE,1,,,:"
    )
    assert outcome.faults == [
        (2, "value", "not_a_number"),
        (3, "period", "not_monthly"),
        (4, "indicator", "unknown_choice"),
    ]
    assert outcome.rows["value"].to_list() == [120.1]


def test_a_file_without_months_is_refused(sts):
    with pytest.raises(FeedError, match="columns YYYY-MM_value of the wide file are missing"):
        sts("M,PRD,C1,SCA,I21,DE", header=HEADER.partition(",2024")[0], format_name="sts")


def test_the_official_files_lose_no_figure(shared_data, read):
    """Figures read = figures of the file, and every empty cell is counted."""
    paths = sorted((shared_data / "eu_comext_cn8" / "sts").glob("*.csv"))
    assert paths
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        single = [row for row in rows if not row[5].startswith("EA")]
        figures = [float(cell) for row in single for cell in row[6::2] if cell]
        outcome = read(path)
        assert not outcome.rejects
        assert outcome.notes["aggregate"] == len(rows) - len(single) == 3
        assert sorted(outcome.rows["value"].to_list()) == sorted(figures)
        missing = outcome.notes["not_published"] + outcome.notes["confidential"]
        assert len(figures) + missing == len(single) * (len(header) - 6) // 2
