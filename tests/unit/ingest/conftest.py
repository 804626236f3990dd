"""Small files for the readers."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tidegauge.ingest.reading import FeedOptions, read_file

HEADER = "reporter,period,product,nomenclature,origin,flow,net_mass_kg,value,currency,value_basis,source"
GOOD = "BR,2024-01,31022100,NCM,CN,import,1000,250.5,USD,FOB,comexstat"


@dataclass
class Outcome:
    """All batches of a file in one."""

    kind: str
    rows: pl.DataFrame
    rejects: list
    unknown: set
    notes: Counter

    @property
    def faults(self):
        return [(reject.line, reject.column, reject.reason.value) for reject in self.rejects]


def read(path: Path, format_name: str = "auto", **options) -> Outcome:
    batches = list(read_file(path, format_name, FeedOptions(**options)))
    return Outcome(
        batches[0].kind.value,
        pl.concat([batch.rows for batch in batches]),
        [reject for batch in batches for reject in batch.rejects],
        {name for batch in batches for name in batch.unknown_columns},
        sum((batch.notes for batch in batches), Counter()),
    )


@pytest.fixture(name="read")
def _read():
    return read


@pytest.fixture
def flows(tmp_path):
    """Write a flow file of the given lines (text or bytes) and read it."""

    def write_and_read(*lines, header=HEADER, end=b"\n", **options):
        path = tmp_path / "flows.csv"
        raw = [line.encode() if isinstance(line, str) else line for line in (header, *lines)]
        path.write_bytes(b"\n".join(raw) + end)
        return read(path, **options)

    return write_and_read
