"""`wco-dm`: import declarations as WCO Data Model messages in XML.

Official source: World Customs Organization, Data Model 3.6, as HM Revenue & Customs publishes it for software
developers (customs-declarations API, DEC-DMS 2 and RES). Licence: the samples are under Apache-2.0; messages
of traders are confidential.
Columns: elements of `Declaration` (FunctionCode 9 original; 13 with TypeCode COR amendment, INV cancellation)
and of `Response` (FunctionCode 01: acceptance). Units: kilograms (KGM; TNE and GRM are converted); item price
in the invoice's currency, on the basis that the delivery terms name (CIF, CIP: CIF; FOB, FCA, FAS: FOB; other
terms: customs). Reads one file, a folder or a zip of files, one message or several in each, in any order.

Traps: an original knows only its own reference (LRN), later messages the MRN: they meet through the
acceptance, in whatever deliveries and order they come; until then the original waits. An amendment
names no version and is partial: its pointers say which item (68A) it adds, replaces, changes or removes. Its
own reference is no LRN, though it may look like one. A cancellation names no item. A supplementary quantity
has no unit. Messages that are neither (rejections, queries) are refused as `unknown_message`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from tidegauge.domain.records import RECORDS, Note, Reason, RecordKind
from tidegauge.ingest.canonical_text import record_text
from tidegauge.ingest.feeds.base import Container, FeedError, FeedOptions, Sample, TextBatch
from tidegauge.ingest.feeds.files import reading
from tidegauge.ingest.feeds.wco.delivery import Delivery
from tidegauge.ingest.feeds.wco.joining import Held, Row
from tidegauge.ingest.feeds.wco.members import Opener, documents
from tidegauge.ingest.feeds.wco.messages import Message, message_of
from tidegauge.ingest.feeds.wco.xml import RefusedXmlError, read_messages
from tidegauge.ingest.rejects import RAW_LIMIT, Reject

_CONTAINERS: Final = frozenset({Container.XML, Container.FOLDER, Container.ARCHIVE})
_NAMES: Final = tuple(RECORDS[RecordKind.DECLARATION].by_name)
MESSAGES_AT_ONCE: Final = 10_000


class WcoDm:
    """WCO Data Model declaration messages."""

    name = "wco-dm"
    description = "WCO Data Model declaration XML, a file, folder or zip of messages: declaration"
    kind = RecordKind.DECLARATION

    def recognises(self, sample: Sample) -> str | None:
        """By the first message of the first document that has one."""
        if sample.container not in _CONTAINERS:
            return None
        for name, opener in documents(sample.path, sample.container):
            try:
                with reading(_place(sample.path, name)), opener() as file:
                    first = next(read_messages(file), None)
            except (RefusedXmlError, FeedError):
                continue
            if first is not None:
                model = first.said("WCODataModelVersionCode") or "unnamed version"
                return f"holds WCO Data Model messages ({first.name}, {model})"
        return None

    def read(self, sample: Sample, options: FeedOptions) -> Iterator[TextBatch]:
        """Declaration rows, one an item and message, and what is held back; raises FeedError.

        With `options.kept`, messages are joined to those of earlier deliveries, some thousands at a time, and
        what lacks its counterpart waits there; messages before its `place` are passed over. Without it the
        file stands alone, and what lacks its counterpart is refused.
        """
        if sample.container not in _CONTAINERS:
            raise FeedError(f"{sample.path}: is not XML, nor a folder or zip of XML files")
        reading_on = Delivery(options.kept)
        found = islice(_found(sample), reading_on.passed, None)
        size = MESSAGES_AT_ONCE if options.kept else None
        while part := list(islice(found, size)):
            messages = [one for one in part if isinstance(one, Message)]
            rejects = [one for one in part if isinstance(one, Reject)]
            rows, held = reading_on.take(messages, len(part))
            yield _batch(rows, [*rejects, *_refused(held)], reading_on.notes())
        yield _batch([], [], reading_on.waiting())


def _found(sample: Sample) -> Iterator[Message | Reject]:
    for name, opener in documents(sample.path, sample.container):
        yield from _messages(sample, name, opener)


def _messages(sample: Sample, name: str, opener: Opener) -> Iterator[Message | Reject]:
    """The messages of one document; a document that is refused is one reject, unless it is the whole file."""
    place = _place(sample.path, name)
    try:
        with reading(place), opener() as file:
            for root in read_messages(file):
                yield message_of(root, str(place))
    except RefusedXmlError as error:
        if not name:
            raise FeedError(f"{place}: {error}") from error
        yield Reject(str(place), error.line, "", Reason.REFUSED_XML, str(error))
    except FeedError as error:
        if not name:
            raise
        yield Reject(str(place), 1, "", Reason.REFUSED_XML, str(error))


def _place(path: Path, name: str) -> Path:
    return path / name if name else path


def _batch(rows: Sequence[Row], rejects: list[Reject], notes: Counter[Note]) -> TextBatch:
    columns = {name: [row.fields.get(name) or None for row in rows] for name in _NAMES}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(_NAMES, pl.String()))

    def raw(positions: Sequence[int]) -> list[str]:
        return [_raw(rows[position]) for position in positions]

    lines = pl.Series("line", [row.line for row in rows], pl.Int64)
    return TextBatch(RecordKind.DECLARATION, frame, lines, raw, rejects, (), notes)


def _refused(held: Sequence[Held]) -> Iterator[Reject]:
    for one in held:
        record = record_text(one.row.fields)
        yield Reject(one.row.document, one.row.line, one.column, one.reason, _raw(one.row), record)


def _raw(row: Row) -> str:
    """The row as JSON with the place it came from: a canonical record, to be mended and given again."""
    said = {name: text for name, text in row.fields.items() if text}
    return msgspec.json.encode({"document": row.document, "path": row.path, **said}).decode()[:RAW_LIMIT]
