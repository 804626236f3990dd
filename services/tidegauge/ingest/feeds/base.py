"""What a connector is: canonical text columns out of one official format, in batches."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import polars as pl

from tidegauge.domain.records import Note, RecordKind
from tidegauge.ingest.distinct import Distinct
from tidegauge.ingest.feeds.column_map import ColumnMap
from tidegauge.ingest.rejects import Reject

BATCH_BYTES = 8 * 2**20  # about 100,000 rows: large enough to vectorise, small enough for the caches


class FeedError(Exception):
    """A file that cannot be read at all; the message is one clear sentence for the user."""


class Container(StrEnum):
    """What holds the rows, told by a file's first bytes."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    JSON = "json"  # one document: an array of rows, or an object with one
    PARQUET = "parquet"
    WORKBOOK = "xlsx"
    XML = "xml"
    ARCHIVE = "zip"  # of XML files
    FOLDER = "folder"  # of XML files


class Kept:
    """What a connector keeps from one delivery for the next, by name.

    What a batch changes is to be stored in the step that takes its rows, all of them, and with it the `place`
    in the delivery up to which it was read: a delivery that was cut goes on there. So no batch is given
    twice, and one that was not stored is read again against what was kept before it.
    """

    def __init__(self, stored: Callable[[str], bytes | None] = lambda _: None, place: bytes = b"") -> None:
        """`place`: as stored for this delivery; empty: its beginning."""
        self._stored, self.place = stored, place
        self._changes: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """What was kept under a name."""
        return self._changes.get(name) or self._stored(name)

    def put(self, name: str, value: bytes) -> None:
        """Keep something instead of what was kept under a name."""
        self._changes[name] = value

    def drained(self) -> dict[str, bytes]:
        """What changed since the last call: to be stored now."""
        changes, self._changes = self._changes, {}
        return changes


@dataclass(frozen=True, slots=True)
class FeedOptions:
    """What a reader may need to be told; every option has a default.

    `kind` settles which record a canonical file holds. `vintage` (YYYY-MM-DD) is the publication date for
    formats that do not carry one. `countries` is the country table of the format; `series` chooses series
    and the products they stand for: {column name: product prefixes}. `other_origin` takes the origins that
    an extract pools without naming them: QR pooled, ZZ not declared. `column_map` says which component of an
    SDMX data set is which field. `source` names who handed the figures on. `kept`
    is what earlier deliveries left; without it a file stands alone.
    """

    kind: RecordKind | None = None
    encoding: str = "utf-8"
    vintage: str = ""
    countries: Path | None = None
    series: Mapping[str, Sequence[str]] = field(default_factory=dict)
    other_origin: str = "ZZ"
    column_map: ColumnMap | None = None
    source: str = ""
    batch_bytes: int = BATCH_BYTES
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """What a file shows before it is read: its container and its column names (none in a workbook)."""

    path: Path
    container: Container
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Rows as text columns with canonical names, null where empty, not yet validated.

    `lines`: Int64, the physical line of each row. `raw` gives the original texts of rows by position.
    `coded` holds further columns by their few texts. Columns may be numbers already, as in a wide file of
    which a row gives many records; then `again` gives the records of some rows' lines in texts, so that a
    reject is told by what stood there.
    """

    kind: RecordKind
    frame: pl.DataFrame
    lines: pl.Series
    raw: Callable[[Sequence[int]], list[str]]
    rejects: list[Reject] = field(default_factory=list)
    unknown_columns: tuple[str, ...] = ()
    notes: Counter[Note] = field(default_factory=Counter)
    coded: Mapping[str, Distinct] = field(default_factory=dict)
    again: "Callable[[Sequence[int]], TextBatch] | None" = None


class Connector(Protocol):
    """One official format; connectors stand side by side and know nothing of each other."""

    @property
    def name(self) -> str:
        """The name that `--format` takes."""
        ...

    @property
    def description(self) -> str:
        """One line for `tidegauge feeds`."""
        ...

    @property
    def kind(self) -> RecordKind | None:
        """The kind of record it gives; None: the file decides."""
        ...

    def recognises(self, sample: Sample) -> str | None:
        """Why the file is of this format, or None."""
        ...

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """The file's rows as canonical text; raises FeedError."""
        ...
