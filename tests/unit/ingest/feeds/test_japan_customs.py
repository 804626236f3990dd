"""`japan-customs`: twelve months across become records, and months not yet published become none."""

import pytest

from tidegauge.ingest.feeds.code_table import country_table
from tidegauge.ingest.reading import FeedError, recognise

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = ("Quantity1", "Quantity2", "Value")
HEADER = ",".join(
    ["Exp or Imp", "Year", "HS", "Country", "Unit1", "Unit2"]
    + [f"{part}-{month}" for month in ("Year", *MONTHS) for part in PARTS]
)


def line(*cells, flow="2", year="2024", hs="'310210000", country="105", units=",KG"):
    """One row; `cells` are (quantity1, quantity2, value) of the first months, the rest is 0."""
    months = [*cells, *[(0, 0, 0)] * (12 - len(cells))]
    year_cell = [(0, 0, 0)]
    numbers = ",".join(str(number) for cell in [*year_cell, *months] for number in cell)
    return f"{flow},{year},{hs},{country},{units},{numbers}"


@pytest.fixture
def japan(tmp_path, read):
    def write_and_read(*lines, **options):
        path = tmp_path / "ik-100h2024.csv"
        path.write_text("\n".join((HEADER, *lines, "")))
        assert recognise(path).reason == "has the columns of Japan's trade statistics"
        return read(path, **options)

    return write_and_read


def test_months_up_to_the_last_one_with_a_value(japan):
    outcome = japan(line((0, 500, 2100), (0, 0, 0)), line((0, 1, 1), (0, 1, 1), (0, 0, 3), country="103"))
    assert not outcome.rejects
    assert not outcome.unknown
    assert outcome.notes == {"not_published": 18}
    columns = ["origin", "month", "net_mass_g", "value_e4", "line"]
    assert outcome.rows.select(columns).rows() == [
        ("CN", 24288, 500_000, 21_000_000_000, 2),
        ("CN", 24289, 0, 0, 2),
        ("CN", 24290, 0, 0, 2),
        ("KR", 24288, 1000, 10_000_000, 3),
        ("KR", 24289, 1000, 10_000_000, 3),
        ("KR", 24290, None, 30_000_000, 3),
    ]
    fixed = {"reporter": "JP", "product": "310210000", "nomenclature": "JP2024", "flow": "import"}
    assert (
        outcome.rows.row(0, named=True).items() >= (fixed | {"currency": "JPY", "value_basis": "CIF"}).items()
    )


@pytest.mark.parametrize(("vintage", "months"), [("2024-03-28", 2), ("2024-01-10", 0), ("2025-03-13", 12)])
def test_the_vintage_cuts_the_year(japan, vintage, months):
    outcome = japan(line((0, 5, 7)), vintage=vintage)
    assert outcome.rows.height == months
    assert outcome.notes["not_published"] == 12 - months


def test_units(japan):
    cell = (3, 7, 11)
    outcome = japan(
        line(cell, units="NO,KG"), line(cell, units="KG,NO"), line(cell, units=",MT"),
        line(cell, units="NO,L"), line((3, 0, 11), units=",NO"), line(cell, units=",", flow="1"),
        vintage="2024-02-28",
    )  # fmt: skip
    assert not outcome.rejects
    assert outcome.rows.select("net_mass_g", "quantity_milli", "quantity_unit").rows() == [
        (7000, 3000, "NO"),
        (3000, 7000, "NO"),
        (7_000_000, None, None),
        (None, 7000, "L"),
        (None, None, None),
        (None, None, None),
    ]
    assert (outcome.rows["flow"][5], outcome.rows["value_basis"][5]) == ("export", "FOB")


def test_faults(japan):
    outcome = japan(
        line((0, 1, 1), country="999"), line((0, 1, 1), hs="31A"), line((0, 1, "x")),
        line((0, 1, 1), flow="3"), line((0, 1, 1), year="20x4"), vintage="2024-02-28",
    )  # fmt: skip
    faults = list(dict.fromkeys(outcome.faults))
    assert faults == [
        (2, "origin", "not_a_country"),
        (3, "product", "not_a_product_code"),
        (4, "value", "not_a_number"),
        (5, "flow", "unknown_choice"),
        (6, "period", "not_a_period"),
    ]
    assert outcome.rows.height == 0


def test_the_sum_is_that_of_the_file_and_every_cell_is_accounted_for(japan):
    lines = [
        line(*[(0, n, n * month) for month in range(1, 8)], country=("105", "103")[n % 2])
        for n in range(1, 90)
    ]
    outcome = japan(*lines, batch_bytes=3000)
    assert (
        outcome.rows["value_e4"].sum()
        == sum(n * month for n in range(1, 90) for month in range(1, 8)) * 10**7
    )
    assert outcome.rows.height + outcome.notes["not_published"] == 89 * 12


def test_missing_columns(tmp_path, read):
    path = tmp_path / "x.csv"
    path.write_text(HEADER.removesuffix(",Value-Dec") + "\n")
    with pytest.raises(FeedError, match="columns Value-Dec of Japan's statistics are missing"):
        read(path, "japan-customs")


def test_the_country_table_is_of_known_countries():
    table = country_table("japan_customs")
    assert (table["103"], table["105"], table["304"], table["550"]) == ("KR", "CN", "US", "NA")
    assert len(table) == 235
