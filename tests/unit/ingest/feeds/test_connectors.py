"""Each official format becomes canonical records, with its traps."""

from datetime import date

import openpyxl
import pytest

from tidegauge.ingest.feeds.comexstat import country_codes
from tidegauge.ingest.feeds.registry import CONNECTORS
from tidegauge.ingest.reading import FeedError, FeedOptions, read_file, recognise

COMEXSTAT = """CO_ANO,CO_MES,CO_NCM,nick,SG_UF_NCM,CO_PAIS,CO_URF,KG_LIQUIDO,VL_FOB,VL_FRETE,VL_SEGURO
1997,1,31021010,UREIA,ZN,999,260151,32000,7360,1120,0
1997,12,2071400,X,GO,23,817800,0,184300,19000,0
2024,7,31022100,SAM,MG,507,817800,5,6,,
2024,7,31022100,SAM,MG,555,817800,5,6,7,8
2024,7,31022100,SAM,MG,160,817800,-5,6,7,8
"""


def rows_of(path, format_name="auto", **options):
    batches = list(read_file(path, format_name, FeedOptions(**options)))
    return (
        [row for batch in batches for row in batch.rows.to_dicts()],
        [reject for batch in batches for reject in batch.rejects],
        batches,
    )


def test_comexstat(tmp_path):
    path = tmp_path / "IMP_2024.csv"
    path.write_text(COMEXSTAT)
    rows, rejects, batches = rows_of(path, other_origin="QR", vintage="2024-08-06")
    assert recognise(path).connector == "comexstat"
    assert batches[0].unknown_columns == ("nick",)
    assert [row["origin"] for row in rows] == ["QR", "DE", "NA"]
    assert [row["product"] for row in rows] == ["31021010", "02071400", "31022100"]
    assert [row["net_mass_g"] for row in rows] == [32_000_000, None, 5000]
    first = rows[0]
    assert (first["value_e4"], first["freight_e4"], first["insurance_e4"]) == (73_600_000, 11_200_000, 0)
    fixed = {
        "reporter": "BR",
        "currency": "USD",
        "value_basis": "FOB",
        "nomenclature": "NCM",
        "flow": "import",
    }
    assert fixed.items() <= first.items()
    assert first["vintage"] == date(2024, 8, 6)
    assert rows[2]["freight_e4"] is None
    assert [(reject.line, reject.column, reject.reason.value) for reject in rejects] == [
        (5, "origin", "not_a_country"),
        (6, "net_mass_kg", "negative"),
    ]
    assert rejects[1].raw == "2024,7,31022100,SAM,MG,160,817800,-5,6,7,8"


def test_comexstat_as_published_is_quoted_and_semicolon_separated(tmp_path):
    path = tmp_path / "EXP_2024.csv"
    path.write_text(
        '"CO_ANO";"CO_MES";"CO_NCM";"CO_UNID";"CO_PAIS";"SG_UF_NCM";"CO_VIA";"CO_URF";"QT_ESTAT";"KG_LIQUIDO";"VL_FOB"\n'
        '"2024";"05";"02071400";"10";"063";"SP";"01";"0817800";10;20;30\n'
    )
    rows, rejects, batches = rows_of(path)
    assert not rejects
    assert batches[0].unknown_columns == ()
    assert (rows[0]["flow"], rows[0]["origin"], rows[0]["product"]) == ("export", "AR", "02071400")


def test_comexstat_countries_without_an_iso_code():
    codes = country_codes(None)
    assert codes["160"] == "CN"
    assert codes["507"] == "NA"
    assert codes["990"] == "ZZ"
    assert codes["840"] == "SU"


def test_a_wrong_country_table_is_one_sentence(tmp_path):
    (tmp_path / "x.csv").write_text("a;b\n1;2\n")
    with pytest.raises(FeedError, match=r"not ComexStat's country table"):
        country_codes(tmp_path / "x.csv")


@pytest.fixture
def workbook(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Monthly Prices"
    for row in (
        ["World Bank Commodity Price Data (The Pink Sheet)"],
        ["monthly prices"],
        [],
        ["Updated on June 02, 2026"],
        [None, "Urea ", "Potassium chloride **", "Gold"],
        [None, "($/mt)", "($/mt)", "($/troy oz)"],
        ["1960M01", "…", 28.5, 35],
        ["1960M02", 42.25, "n.a.", 35],
    ):
        sheet.append(row)
    path = tmp_path / "CMO.xlsx"
    book.save(path)
    return path


def test_pinksheet(workbook):
    series = {"Urea": ["310210", "310221"], "Potassium chloride": ["310420"]}
    rows, rejects, _ = rows_of(workbook, series=series)
    assert recognise(workbook).connector == "pinksheet"
    assert [(row["product"], row["month"], row["price"], row["line"]) for row in rows] == [
        ("310210", 1960 * 12 + 1, 0.04225, 8),
        ("310221", 1960 * 12 + 1, 0.04225, 8),
        ("310420", 1960 * 12, 0.0285, 7),
    ]
    assert rows[0]["source"] == "worldbank-pinksheet:urea"
    assert rows[2]["source"] == "worldbank-pinksheet:potassium-chloride"
    assert {row["unit"] for row in rows} == {"kg"}
    assert [(reject.line, reject.column, reject.reason.value) for reject in rejects] == [
        (8, "price", "not_a_number")
    ]


@pytest.mark.parametrize(("series", "sentence"), [("Tea", "no series 'Tea'"), ("Gold", r"\(\$/troy oz\)")])
def test_pinksheet_refuses_what_it_cannot_convert(workbook, series, sentence):
    with pytest.raises(FeedError, match=sentence):
        rows_of(workbook, series={series: ["71"]})


def test_ecb_fx(tmp_path):
    days = [f"2024-01-{day:02d},1.1,{150 + day},N/A," for day in range(20, 0, -1)]
    few = [f"2024-02-{day:02d},1.2,160,4.9," for day in (2, 1)]
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text("\n".join(["Date,USD,JPY,BRL,", *few, *days, ""]))
    rows, rejects, _ = rows_of(path)
    assert recognise(path).connector == "ecb-fx"
    assert not rejects
    assert [(row["currency"], row["base"], row["month"], row["rate"]) for row in rows] == [
        ("JPY", "EUR", 24288, 160.5),
        ("USD", "EUR", 24288, 1.1),
    ]


def test_an_unreadable_rate_refuses_its_month_only(tmp_path):
    days = [f"2024-01-{day:02d},{'x' if day == 3 else 1.1},150," for day in range(20, 0, -1)]
    path = tmp_path / "eurofxref-hist.csv"
    path.write_text("\n".join(["Date,USD,JPY,", *days, ""]))
    rows, rejects, _ = rows_of(path)
    assert [row["currency"] for row in rows] == ["JPY"]
    assert [(reject.column, reject.reason.value) for reject in rejects] == [("rate", "not_a_number")]


@pytest.mark.parametrize("connector", CONNECTORS.values(), ids=list(CONNECTORS))
def test_every_connector_says_its_source_and_licence(connector):
    import sys  # noqa: PLC0415 - to reach the module's docstring

    text = sys.modules[type(connector).__module__].__doc__
    assert "Official source:" in text
    assert connector.description
    assert connector.name == "canonical" or "Licence:" in text
    assert "Trap" in text
