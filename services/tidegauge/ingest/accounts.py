"""What each feed has brought: counts, newest period and newest delivery, one stored document a feed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

import msgspec
import polars as pl

from tidegauge.domain.periods import month_text
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.distinct import constant
from tidegauge.runtime.log import IngestStore

PREFIX: Final = "feed:"
# Which columns name a part of a kind, and which hold the moment that it speaks of: the first that is known.
_PARTS: Final[Mapping[RecordKind, tuple[tuple[str, ...], tuple[str, ...]]]] = MappingProxyType(
    {
        RecordKind.FLOW: (("reporter", "source"), ("month",)),
        RecordKind.DECLARATION: (("reporter",), ("accepted_at",)),
        RecordKind.PRICE: (("kind", "source"), ("month", "date")),
        RecordKind.FX: (("base", "source"), ("month",)),
        RecordKind.INDUSTRY: (("reporter", "source"), ("month",)),
        RecordKind.MEASURE: (("authority", "source"), ("vintage", "initiated")),
        RecordKind.SUBSIDY: (("granting", "source"), ("month_to",)),
        RecordKind.SCOPE: (("reporter",), ()),
        RecordKind.TARIFF: (("reporter", "source"), ("valid_from",)),
        RecordKind.TRIGGER: (("reporter", "instrument"), ("valid_from",)),
        RecordKind.NAME: (("nomenclature",), ()),
    }
)


@dataclass(slots=True)
class Part:
    """One book's share of a feed."""

    rows: int = 0
    last: str = ""  # YYYY-MM or YYYY-MM-DD


@dataclass(slots=True)
class FeedAccount:
    """What one feed has brought so far."""

    name: str
    kind: str = ""
    format_name: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    last_file: str = ""
    arrived: str = ""

    def add(self, counts: Mapping[str, int]) -> None:
        """Add to the counts."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def saw(self, kind: RecordKind, frame: pl.DataFrame) -> None:
        """Rows that were taken."""
        for name, part in parts_of(kind, frame).items():
            known = self.parts.setdefault(name, Part())
            known.rows += part.rows
            known.last = max(known.last, part.last)


def parts_of(kind: RecordKind, frame: pl.DataFrame) -> dict[str, Part]:
    """The parts of typed rows, each with its rows and its newest moment."""
    if kind not in _PARTS or not len(frame):
        return {}
    names, moments = _PARTS[kind]
    if all(constant(frame[name]) for name in names):  # as a rule; a grouping costs a millisecond
        newest = (frame[one].max() for one in moments)
        last = next((found for found in newest if found is not None), None)
        return _parts(kind, [(*frame.select(names).row(0), len(frame), last)])
    moment = pl.coalesce(pl.col(one).max() for one in moments) if moments else pl.lit(None)
    grouped = frame.group_by(names, maintain_order=True).agg(pl.len().alias("rows"), moment.alias("last"))
    return _parts(kind, grouped.iter_rows())


def _parts(kind: RecordKind, rows: Iterable[tuple[Any, ...]]) -> dict[str, Part]:
    """Parts by name, of rows of their names' columns, how many rows they have, and their newest moment."""
    return {
        " ".join(str(value) for value in row[:-2] if value) or str(kind): Part(row[-2], _text(row[-1]))
        for row in rows
    }


def load_accounts(store: IngestStore) -> dict[str, FeedAccount]:
    """Every feed's account, by name."""
    stored = store.documents(PREFIX).values()
    found = [msgspec.msgpack.decode(value, type=FeedAccount) for value in stored]
    return {account.name: account for account in found}


def document(account: FeedAccount) -> dict[str, bytes]:
    """An account as a document to be committed."""
    return {f"{PREFIX}{account.name}": msgspec.msgpack.encode(account)}


def _text(moment: int | date | datetime | None) -> str:
    """A month number, a day or an instant as text."""
    if moment is None:
        return ""
    if isinstance(moment, int):
        return month_text(moment)
    return moment.strftime("%Y-%m-%d")
