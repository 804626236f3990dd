"""One file in every container says the same; what cannot be read at all is one sentence."""

import gzip
import json

import polars as pl
import pytest

from tidegauge.ingest.feeds.registry import CONNECTORS
from tidegauge.ingest.reading import FeedError, FeedOptions, read_file, recognise

from .conftest import GOOD, HEADER

NAMIBIA = GOOD.replace(",CN,", ",NA,").replace("31022100", "02071400")
LINES = (GOOD, NAMIBIA)
RECORDS = [dict(zip(HEADER.split(","), line.split(","), strict=True)) for line in LINES]
CSV = "\n".join((HEADER, *LINES, "")).encode()


def typed(record):
    return record | {"net_mass_kg": int(record["net_mass_kg"]), "value": float(record["value"])}


def jsonl():
    return "".join(json.dumps(typed(record)) + "\n" for record in RECORDS).encode()


def parquet(path):
    pl.DataFrame([typed(record) for record in RECORDS]).write_parquet(path)
    return path.read_bytes()


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("container", ["csv", "jsonl", "parquet"])
def test_every_container_gives_the_same_rows(tmp_path, read, container, packed):
    path = tmp_path / f"flows.{container}"
    content = {"csv": CSV, "jsonl": jsonl()}.get(container) or parquet(path)
    path.write_bytes(gzip.compress(content) if packed else content)
    outcome = read(path)
    assert outcome.kind == "flow"
    assert not outcome.rejects
    wanted = outcome.rows.select("product", "origin", "month", "net_mass_g", "value_e4").rows()
    assert wanted == [
        ("31022100", "CN", 24288, 1_000_000, 2_505_000),
        ("02071400", "NA", 24288, 1_000_000, 2_505_000),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + CSV,
        CSV.replace(b"\n", b"\r\n"),
        CSV.replace(b",", b";"),
        CSV.replace(b",", b"\t"),
        CSV.replace(b"NCM", b'"NCM"'),
        CSV.replace(b"NCM", b" NCM "),
        CSV.replace(b"NCM", b'" NCM"'),
    ],
    ids=["bom", "crlf", "semicolon", "tab", "quoted", "blanks", "quoted-blank"],
)
def test_harmless_differences(tmp_path, read, content):
    path = tmp_path / "flows.csv"
    path.write_bytes(content)
    outcome = read(path)
    assert not outcome.rejects
    assert outcome.rows["nomenclature"].to_list() == ["NCM", "NCM"]
    assert outcome.rows["line"].to_list() == [2, 3]


def test_quoted_separators_and_doubled_quotes(tmp_path, read):
    path = tmp_path / "names.csv"
    path.write_text('product,name_en\n3102,"Urea, ""prilled"", bulk"\n')
    assert read(path).rows["name_en"].to_list() == ['Urea, "prilled", bulk']


def test_latin_1_by_option(tmp_path, read):
    path = tmp_path / "names.csv"
    path.write_bytes("product,name_en\n3102,Uréia\n".encode("latin-1"))
    assert [reject.reason.value for reject in read(path).rejects] == ["wrong_encoding"]
    assert read(path, encoding="latin-1").rows["name_en"].to_list() == ["Uréia"]


def test_unknown_columns_are_named(flows):
    outcome = flows(GOOD + ",x,y", header=HEADER + ",colour,shade")
    assert outcome.unknown == {"colour", "shade"}
    assert outcome.rows.height == 1


def test_broken_json_lines(tmp_path, read):
    good = json.dumps(RECORDS[0]).encode()
    lines = [good, b"{nonsense", b"[1]", b"\xff", b"", good.replace(b"250.5", b"-1"), good[:40]]
    path = tmp_path / "flows.jsonl"
    path.write_bytes(b"\n".join(lines))
    outcome = read(path)
    assert outcome.rows["line"].to_list() == [1]
    assert outcome.faults == [
        (2, "", "not_json"),
        (3, "", "not_json"),
        (4, "", "wrong_encoding"),
        (6, "value", "negative"),
        (7, "", "truncated_line"),
    ]


def test_json_numbers_keep_their_digits(tmp_path, read):
    path = tmp_path / "flows.jsonl"
    text = json.dumps(typed(RECORDS[0])).replace("250.5", "12345678901234.5678")
    path.write_text(text + "\n")
    assert read(path).rows["value_e4"].to_list() == [123456789012345678]


def test_lists_in_json_and_text(tmp_path, read):
    scope = {"scope_id": "flat", "name": "Flat steel", "products": ["7208", "7209"]}
    (tmp_path / "scope.jsonl").write_text(json.dumps(scope) + "\n")
    (tmp_path / "scope.csv").write_text("scope_id,name,products\nflat,Flat steel,7208;7209\n")
    for name in ("scope.jsonl", "scope.csv"):
        assert read(tmp_path / name).rows["products"].to_list() == [["7208", "7209"]]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("flows.csv", b"", "the file is empty"),
        ("flows.csv", b"\xef\xbb\xbf", "the file is empty"),
        ("flows.csv.gz", CSV, "is named .gz but is not a gzip file"),
        ("flows.csv.gz", gzip.compress(CSV)[:-12], "cut short"),
        ("flows.csv", "a,b\n1,2\n".encode("utf-16"), "is UTF-16"),
        ("flows.csv", b"a,b\n1,2\n", "no known format or record has these columns: a, b"),
        ("flows.csv", b"reporter,period,product\nBR,2024-01,3102\n", "columns "),
        ("flows.csv", b"reporter,reporter\n1,2\n", "column reporter stands twice"),
        ("flows.csv", b"\xff\xfa,b\n", "the header is not UTF-8"),
        ("flows.json", b'[{"reporter": "BR"}]', "one JSON array"),
        ("flows.jsonl", b"{broken\n", "no line of its beginning is a JSON object"),
        ("flows.parquet", b"PAR1 and nothing else", "damaged Parquet"),
        ("prices.xlsx", b"PK\x03\x04 and nothing else", "no readable sheet"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path, read, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FeedError) as error:
        read(path)
    assert sentence in str(error.value)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_missing_columns_are_named_with_those_found(tmp_path, read):
    path = tmp_path / "flows.csv"
    path.write_text("reporter,period,product,flow\nBR,2024-01,3102,import\n")
    with pytest.raises(
        FeedError, match=r"columns origin, source of the record 'flow' are missing; found reporter, per"
    ):
        read(path, kind="flow")


def test_a_missing_file_and_a_folder(tmp_path, read):
    with pytest.raises(FeedError, match="no such file"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(FeedError, match="is a folder"):
        read(tmp_path)


def test_an_unknown_format_names_the_known_ones(tmp_path, read):
    path = tmp_path / "flows.csv"
    path.write_bytes(CSV)
    with pytest.raises(FeedError, match=r"unknown format 'parket'; known: auto, canonical, .*comexstat"):
        read(path, "parket")


def test_a_wrong_format_says_what_is_missing(tmp_path, read):
    path = tmp_path / "flows.csv"
    path.write_bytes(CSV)
    for name in CONNECTORS:
        if name != "canonical":
            with pytest.raises(FeedError, match=r"flows\.csv"):
                read(path, name)


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_header_alone_is_one_batch_of_no_rows(tmp_path, end):
    path = tmp_path / "flows.csv"
    path.write_text(HEADER + end)
    (batch,) = read_file(path)
    assert batch.rows.height == batch.read == 0
    assert "net_mass_g" in batch.rows.columns


def test_a_parquet_file_without_rows_is_one_batch(tmp_path):
    path = tmp_path / "flows.parquet"
    pl.DataFrame(schema=dict.fromkeys(HEADER.split(","), pl.String)).write_parquet(path)
    (batch,) = read_file(path)
    assert batch.rows.height == 0


def test_what_a_file_is(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_bytes(CSV)
    seen = recognise(path)
    assert (seen.connector, seen.kind.value) == ("canonical", "flow")
    assert recognise(path, options=FeedOptions(kind="flow")).reason == "has the columns of flow"
