"""Rows a second of the connectors: typed, validated rows, beside a bare `pl.read_csv` of the same file.

Where a row is no record, also beside one that brings the table into records (`long_forms.py`).
Declaration messages are held against expat with handlers that do nothing.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

import polars as pl
from tests.bench.feed_files import FILES, OFTEN, ROWS
from tests.bench.long_forms import LONG
from tests.bench.report import Cases
from tests.bench.wco_messages import messages

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.base import FeedOptions
from tidegauge.ingest.feeds.column_map import ColumnMap
from tidegauge.ingest.reading import read_file

_QUICK = 50  # times fewer rows
_TRIES = 3
_OPTIONS = {
    "sdmx-csv": FeedOptions(
        column_map=ColumnMap(
            RecordKind.FLOW,
            {"reporter": "REF_AREA", "product": "PRODUCT", "origin": "COUNTERPART", "flow": "TRD_FLOW"},
            {"currency": "EUR"},
            {"flow": {"M": "import"}},
            {},
        )
    )
}


def cases(*, quick: bool) -> Cases:
    """One file a format."""
    made: Cases = []
    for name in FILES:
        rows = ROWS.get(name, OFTEN) // (_QUICK if quick else 1)
        made.append((f"{name}, {rows:,} rows", measure, (name, rows)))
    count = 200 if quick else 10_000
    return [*made, (f"wco-dm, {count:,} messages", measure_messages, (count,))]


def measure(name: str, rows: int) -> dict[str, float]:
    """The best of some readings each, in processor time: the file is in the page cache."""
    options = _OPTIONS.get(name, FeedOptions())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        FILES[name](rows).write_csv(path)
        peer, _ = _best(lambda: pl.read_csv(path).height)
        ours, kept = _best(lambda: sum(len(batch.rows) for batch in read_file(path, options=options)))
        reshaped = LONG.get(name)
        if reshaped is None:
            long = {}
        else:
            took, _ = _best(lambda: reshaped(pl.read_csv(path)).height)
            long = {"ours / Polars that reshapes too": took / ours}
    return {
        "rows/s": rows / ours,
        "Polars rows/s": rows / peer,
        "ours / Polars": peer / ours,
        **long,
        "records": kept,
    }


def measure_messages(count: int) -> dict[str, float]:
    """The same of declaration messages in one document."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.xml"
        path.write_text(messages(count))
        peer, _ = _best(lambda: _parsed(path))
        ours, kept = _best(lambda: sum(len(batch.rows) for batch in read_file(path)))
    return {
        "messages/s": count / ours,
        "expat messages/s": count / peer,
        "ours / expat": peer / ours,
        "records": kept,
    }


def _parsed(path: Path) -> int:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda _name, _attributes: None
    parser.EndElementHandler = lambda _name: None
    parser.CharacterDataHandler = lambda _text: None
    with path.open("rb") as file:
        parser.ParseFile(file)
    return 0


def _best(read: Callable[[], int]) -> tuple[float, int]:
    took, count = [], 0
    for _ in range(_TRIES):
        began = time.process_time()
        count = read()
        took.append(time.process_time() - began)
    return min(took), count
