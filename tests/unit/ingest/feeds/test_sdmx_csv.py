"""`sdmx-csv`: any SDMX data set by a column map; status and confidentiality are heeded."""

import pytest

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.column_map import ColumnMap
from tidegauge.ingest.feeds.sdmx_csv import load_column_map
from tidegauge.ingest.reading import FeedError, FeedOptions, recognise

MAP = """
record = "flow"
observation = "value"

[columns]
reporter = "REF_AREA"
product = "PRODUCT"
origin = "COUNTERPART"
flow = "TRD_FLOW"

[constants]
currency = "EUR"
value_basis = "CIF"

[values.flow]
M = "import"
X = "export"

[values.origin]
W0 = "ZZ"

[select]
ADJUSTMENT = ["N"]
"""
V1 = (
    "DATAFLOW,FREQ,REF_AREA,ADJUSTMENT,TRD_FLOW,PRODUCT,COUNTERPART,TIME_PERIOD,OBS_VALUE,OBS_STATUS,OBS_CONF,"
    "UNIT_MULT"
)
V2 = (
    "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA: Reference area,ADJUSTMENT: Adjustment,TRD_FLOW: Flow,"
    "PRODUCT: Product,COUNTERPART: Partner,TIME_PERIOD: Time,OBS_VALUE: Value"
)
DATAFLOW = "ECB:TRD(1.0),M"


@pytest.fixture
def column_map(tmp_path):
    path = tmp_path / "map.toml"
    path.write_text(MAP)
    return load_column_map(path)


@pytest.fixture
def sdmx(tmp_path, read, column_map):
    def write_and_read(header, *lines, **options):
        path = tmp_path / "data.csv"
        path.write_text("\n".join((header, *lines, "")))
        return read(path, **({"column_map": column_map} | options))

    return write_and_read


def test_version_1(sdmx, tmp_path, column_map):
    outcome = sdmx(
        V1,
        f"{DATAFLOW},DE,N,M,310210,CN,2024-01,12.5,A,F,3",
        f"{DATAFLOW},DE,N,X,310210,W0,2024-M02,0.1234,P,,0",
        vintage="2024-05-01",
    )
    assert (
        recognise(tmp_path / "data.csv", options=FeedOptions(column_map=column_map)).reason
        == "has the columns of SDMX-CSV 1.0"
    )
    assert not outcome.rejects
    assert not outcome.unknown
    first, second = outcome.rows.to_dicts()
    assert first.items() >= {
        "reporter": "DE", "month": 24288, "product": "310210", "origin": "CN", "flow": "import",
        "value_e4": 125_000_000, "currency": "EUR", "status": None, "source": "ECB:TRD(1.0)",
    }.items()  # fmt: skip
    assert (
        second.items()
        >= {"origin": "ZZ", "flow": "export", "status": "provisional", "value_e4": 1234}.items()
    )


def test_version_2_with_labels(sdmx, tmp_path, column_map):
    outcome = sdmx(
        V2,
        "dataflow,ECB:TRD(1.0),I,DE: Germany,N: Neither,M: Import,310210: Urea,CN: China,2024-01,12.5",
        "dataflow,ECB:TRD(1.0),D,DE: Germany,N: Neither,M: Import,310210: Urea,CN: China,2024-02,12.5",
    )
    assert (
        recognise(tmp_path / "data.csv", options=FeedOptions(column_map=column_map)).reason
        == "has the columns of SDMX-CSV 2.0"
    )
    assert outcome.rows.select("reporter", "origin", "flow", "value_e4").rows() == [
        ("DE", "CN", "import", 125_000)
    ]
    assert outcome.notes == {"not_published": 1}


def test_status_and_confidentiality(sdmx):
    cell = f"{DATAFLOW},DE,N,M,310210,CN"
    outcome = sdmx(
        V1,
        f"{cell},2024-01,1,E,F,",
        f"{cell},2024-02,1,A,N,",
        f"{cell},2024-03,,Q,,",
        f"{cell},2024-04,,M,,",
        f"{cell},2024-05,NaN,A,,",
        f"{cell.replace(',N,', ',Y,')},2024-06,1,A,,",
        f"{cell},2024-Q1,1,A,,",
        f"{cell},2024,1,A,,",
        f"{cell},2024-07,1,A,,x",
    )
    assert outcome.rows["month"].to_list() == [24288]
    assert outcome.notes == {"estimated": 1, "confidential": 2, "not_published": 2, "not_selected": 1}
    assert outcome.faults == [
        (8, "period", "not_monthly"),
        (9, "period", "not_monthly"),
        (10, "value", "out_of_range"),
    ]


def test_prices_and_industry(sdmx):
    prices = ColumnMap(
        RecordKind.PRICE,
        {"product": "PRODUCT", "market": "REF_AREA"},
        {"kind": "index", "unit": "2021=100"},
        observation="price",
    )
    line = f"{DATAFLOW},DE,N,M,310210,CN,2024-01-15,101.5,A,,"
    outcome = sdmx(V1, line, column_map=prices)
    assert outcome.kind == "price"
    assert outcome.rows.select("month", "price", "kind").rows() == [(24288, 101.5, "index")]
    assert str(outcome.rows["date"][0]) == "2024-01-15"
    industry = ColumnMap(
        RecordKind.INDUSTRY, {"product": "PRODUCT", "reporter": "REF_AREA"}, {"indicator": "production"}
    )
    outcome = sdmx(V1, line.replace("2024-01-15", "2024-01"), column_map=industry)
    assert outcome.kind == "industry"
    assert outcome.rows.select("reporter", "product", "value").rows() == [("DE", "310210", 101.5)]


def test_the_sum_is_that_of_the_file(sdmx):
    """Every figure with its own multiplier, exact to the last digit."""
    figures = [(f"{number}.{number % 7}1", number % 4) for number in range(1, 400)]
    lines = [f"{DATAFLOW},DE,N,M,310210,CN,2024-01,{text},A,F,{power}" for text, power in figures]
    outcome = sdmx(V1, *lines, batch_bytes=2000)
    whole = sum(int(text.replace(".", "")) * 100 * 10**power for text, power in figures)
    assert outcome.rows["value_e4"].sum() == whole


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"columns": {"colour": "PRODUCT"}}, "the record 'flow' has no field colour"),
        ({"columns": {"product": "GOODS"}}, "names GOODS, which the file has not"),
        ({"record": RecordKind.MEASURE}, "must be one of flow, price, industry"),
    ],
)
def test_a_map_that_does_not_fit_is_one_sentence(sdmx, change, sentence):
    wrong = ColumnMap(**({"record": RecordKind.FLOW, "columns": {}} | change))
    with pytest.raises(FeedError, match=sentence):
        sdmx(V1, f"{DATAFLOW},DE,N,M,310210,CN,2024-01,1,A,F,", column_map=wrong)


def test_without_a_map(sdmx):
    with pytest.raises(FeedError, match="say with --map which columns"):
        sdmx(V1, column_map=None)


@pytest.mark.parametrize("text", ["record = 3", "record = ", 'record = "flow"', "\0"])
def test_a_broken_map_file(tmp_path, text):
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(FeedError, match="the column map"):
        load_column_map(path)
    with pytest.raises(FeedError, match="cannot be read"):
        load_column_map(tmp_path / "none.toml")
