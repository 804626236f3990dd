"""One small whole file a format, from which mutated ones are made."""

import gzip
import json
import zipfile
from dataclasses import dataclass
from io import BytesIO

import openpyxl
import polars as pl
from tests.unit.ingest.conftest import GOOD, HEADER
from tests.unit.ingest.feeds import test_declarations_and_measures as registers
from tests.unit.ingest.feeds.test_census import NAMES as CENSUS_NAMES
from tests.unit.ingest.feeds.test_census import ROW as CENSUS_ROW
from tests.unit.ingest.feeds.test_comtrade import ROW as COMTRADE_ROW
from tests.unit.ingest.feeds.test_connectors import COMEXSTAT
from tests.unit.ingest.feeds.test_statistics_fuzz import LINES, MAP
from tests.unit.ingest.feeds.test_wco_dm import CANCELLATION, MASS_62, acceptance, goods, original

from tidegauge.ingest.reading import FeedOptions

DECLARATIONS = """reporter,declaration_id,item,version,action,accepted_at,product,nomenclature,origin,\
net_mass_kg,value,currency,value_basis,importer,clear
EU,D1,1,1,accept,2024-01-02T03:04:05Z,31022100,CN2024,CN,10.5,100.25,EUR,CIF,I1,
EU,D1,1,2,amend,,,,,12,,,,,
EU,D2,1,1,accept,2024-01-03,31022100,CN2024,CN,10,100,EUR,CIF,I2,
EU,D1,1,3,cancel,,,,,,,,,,
"""
PRICES = """source,kind,product,nomenclature,origin,period,price,currency,unit,vintage
wb,benchmark,310210,HS2022,,2024-01,0.335,USD,kg,2024-02-02
wb,home_market,310210,HS2022,CN,2024-01,0.29,USD,kg,
"""
RATES = "Date,USD,JPY,\n" + "".join(f"2024-01-{day:02},1.09{day},160.1,\n" for day in range(20, 1, -1))
# Line by line formats in which every line is a row, a reject or counted as left out.
COUNTED = frozenset({"canonical-flow", "canonical-declaration", "comexstat", "declarations-csv", "comext"})


@dataclass(frozen=True, slots=True)
class Format:
    """A whole file, and how to read it."""

    name: str
    connector: str
    content: bytes
    suffix: str = ".csv"
    options: FeedOptions = FeedOptions()  # noqa: RUF009 - it is frozen


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Monthly Prices"
    rows = [["x"], ["x"], [], ["x"], [None, "Urea "], [None, "($/mt)"], ["1960M01", "…"], ["1960M02", 42.25]]
    for row in rows:
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _parquet(content: bytes) -> bytes:
    out = BytesIO()
    pl.read_csv(content, infer_schema=False).write_parquet(out, compression="uncompressed")
    return out.getvalue()


def _zip(content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("message.xml"), content)
    return out.getvalue()


def _text(*lines: str) -> bytes:
    return "\n".join([*lines, ""]).encode()


def formats() -> list[Format]:
    """Every connector, some in several forms."""
    row = json.dumps(dict(zip(HEADER.split(","), GOOD.split(","), strict=True)))
    messages = f"<M>{original(goods(1), goods(2))}{acceptance()}{MASS_62}{CANCELLATION}</M>".encode()
    names = {"comext-old": "comext", "comext-long": "comext"}
    statistics = [
        Format(name, names.get(name, name), _text(*lines), options=FeedOptions(column_map=MAP))
        for name, lines in LINES.items()
    ]
    return [
        Format("canonical-flow", "canonical", _text(HEADER, *[GOOD] * 4)),
        Format("canonical-declaration", "canonical", DECLARATIONS.encode()),
        Format("canonical-price", "canonical", PRICES.encode()),
        Format("canonical-json-lines", "canonical", _text(*[row] * 4), ".jsonl"),
        Format("canonical-gzip", "canonical", gzip.compress(_text(HEADER, *[GOOD] * 4), mtime=0), ".csv.gz"),
        Format("canonical-parquet", "canonical", _parquet(_text(HEADER, *[GOOD] * 4)), ".parquet"),
        Format("comexstat", "comexstat", COMEXSTAT.encode()),
        *statistics,
        Format("comtrade-json", "comtrade", json.dumps([COMTRADE_ROW] * 3).encode(), ".json"),
        Format("census", "census", json.dumps([CENSUS_NAMES, *[CENSUS_ROW] * 3]).encode(), ".json"),
        Format("pinksheet", "pinksheet", _workbook(), ".xlsx", FeedOptions(series={"Urea": ["310210"]})),
        Format("ecb-fx", "ecb-fx", RATES.encode()),
        Format("wco-dm", "wco-dm", messages, ".xml"),
        Format("wco-dm-zip", "wco-dm", _zip(messages), ".zip"),
        Format("declarations-csv", "declarations-csv", registers.DECLARATIONS.encode()),
        *(
            Format(f"us-{name}", "us-ad-measures", text.encode())
            for name, text in (
                ("measures", registers.MEASURES),
                ("lines", registers.LINES),
                ("orders", registers.ORDERS),
                ("cases", registers.CASES),
            )
        ),
        Format("federal-register", "federal-register", registers.NOTICES.encode()),
    ]
