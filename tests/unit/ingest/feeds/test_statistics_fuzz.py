"""Mutated files of the statistics connectors: no crash, and in CSV no line is lost without being counted."""

import json
import random

import pytest

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.column_map import ColumnMap
from tidegauge.ingest.reading import FeedError, FeedOptions, read_file

from .test_census import NAMES as CENSUS_NAMES
from .test_census import ROW as CENSUS_ROW
from .test_comext import BULK, FLOW, LONG, OLD
from .test_comtrade import ROW as COMTRADE_ROW
from .test_comtrade import as_csv
from .test_japan_customs import HEADER as JAPAN
from .test_japan_customs import line as japan_line
from .test_sdmx_csv import DATAFLOW
from .test_sdmx_csv import V1 as SDMX
from .test_sts import HEADER as STS

FILES = 200
CELL = f"{FLOW},DE,CN,39204310,1"
MAP = ColumnMap(
    RecordKind.FLOW,
    {"reporter": "REF_AREA", "product": "PRODUCT", "origin": "COUNTERPART", "flow": "TRD_FLOW"},
    {"currency": "EUR"},
    {"flow": {"M": "import"}},
    {"ADJUSTMENT": ["N"]},
)
LINES = {
    "comext": [
        BULK,
        *["DE,CN,E,39204310,1,1,p/st,202401,1000,1000,50.5,3"] * 3,
        "DE,WORLD,E,39,1,1,,202401,1,1,1,",
    ],
    "comext-old": [OLD, *["4,DE,720,CN,39204310,1,4,,201401,1000,50,"] * 3],
    "comext-long": [
        LONG,
        f"{CELL},QUANTITY_IN_100KG,2024-01,9.37",
        f"{CELL},VALUE_IN_EUROS,2024-01,295.0",
        f"{CELL.replace('CN', 'WORLD')},VALUE_IN_EUROS,2024-01,300",
        f"{CELL},QUANTITY_IN_100KG,2024-02,0.125",
    ],
    "comtrade": as_csv([COMTRADE_ROW] * 3).split("\n")[:-1],
    "sdmx-csv": [SDMX, *[f"{DATAFLOW},DE,N,M,310210,CN,2024-01,12.5,A,F,3"] * 3],
    "sts": [STS, *["M,PRD,C2052,SCA,I21,DE,132.9,p,,: @C"] * 3],
    "japan-customs": [JAPAN, japan_line((0, 5, 7)), japan_line((0, 1, 2), (1, 2, 3), units="NO,KG")],
}
# Notes that stand for a line of its own; a line of these formats holds that many figures.
OUT = ("aggregate", "joined", "not_published", "not_selected", "confidential", "blank_line")
SEVERAL = ("sts", "japan-customs")
PIECES = [
    b",",
    b'"',
    b"\n",
    b"\0",
    b"\xff",
    b"-",
    b"e",
    b"NA",
    b"",
    b" ",
    b"9" * 25,
    b"WORLD",
    b"\xe6\x97\xa5",
]
PIECES += [b"NaN", b"1e400", b"0", b":", b"52", b"EU27_2020", b"[", b"}", b"null"]


def mutated(source, start, rng):
    data = bytearray(source)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(start, len(data) + 1)
        data[at : at + rng.choice((0, 0, 1, 5))] = rng.choice(PIECES)
    return bytes(data[: rng.randint(start + 1, len(data))] if rng.random() < 0.2 else data)


@pytest.mark.parametrize("name", LINES)
def test_mutated_csv(tmp_path, name):
    rng = random.Random(name)  # noqa: S311 - repeatable mutations
    source = "\n".join([*LINES[name], ""]).encode()
    start = len(LINES[name][0]) + 1  # a header that is hit is only another format
    connector = name.removesuffix("-old").removesuffix("-long")
    path = tmp_path / "mutated.csv"
    accepted = 0
    for _ in range(FILES):
        data = mutated(source, start, rng)
        path.write_bytes(data)
        options = FeedOptions(batch_bytes=rng.choice((64, 10_000)), column_map=MAP)
        batches = list(read_file(path, connector, options))
        accepted += sum(batch.rows.height for batch in batches)
        lines = data.count(b"\n") + (not data.endswith(b"\n")) - 1
        seen = sum(batch.read + sum(batch.notes[note] for note in OUT) for batch in batches)
        assert seen >= lines if name in SEVERAL else seen == lines
    assert accepted > FILES / 2


def test_a_mutated_header_is_refused_or_read(tmp_path):
    rng = random.Random(7)  # noqa: S311 - repeatable mutations
    path = tmp_path / "mutated.csv"
    refused = 0
    for _ in range(FILES):
        name = rng.choice(list(LINES))
        path.write_bytes(mutated("\n".join([*LINES[name], ""]).encode(), 0, rng))
        try:
            list(read_file(path, options=FeedOptions(column_map=MAP)))
        except FeedError:
            refused += 1
    assert 0 < refused < FILES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("census", [CENSUS_NAMES, *[CENSUS_ROW] * 3]),
        ("comtrade", {"count": 3, "data": [COMTRADE_ROW] * 3}),
        ("comtrade", [COMTRADE_ROW] * 3),
    ],
)
def test_mutated_json(tmp_path, name, content):
    rng = random.Random(name)  # noqa: S311 - repeatable mutations
    source = json.dumps(content).encode()
    path = tmp_path / "mutated.json"
    read = 0
    for _ in range(FILES):
        path.write_bytes(mutated(source, 0, rng))
        try:
            batches = list(read_file(path, name))
        except FeedError:
            continue
        read += sum(batch.read + sum(batch.notes[note] for note in OUT) for batch in batches)
    assert read > FILES / 10


@pytest.mark.parametrize("value", [{}, [], [[]], [{}], [None], 3, "x", [[1], [2, 3]], {"data": [[]]}])
@pytest.mark.parametrize("connector", ["census", "comtrade", "auto"])
def test_other_documents_are_refused_in_one_sentence(tmp_path, value, connector):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(value, indent=1))
    with pytest.raises(FeedError):
        list(read_file(path, connector))
