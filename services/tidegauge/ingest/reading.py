"""Read a file of any known format into typed batches: the one entrance for `up`, `replay` and `validate`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tidegauge.domain.records import RecordKind
from tidegauge.ingest.feeds.base import Connector, FeedError, FeedOptions, Sample
from tidegauge.ingest.feeds.canonical import table_of
from tidegauge.ingest.feeds.registry import AUTO, connector_for, sample
from tidegauge.ingest.feeds.sdmx_csv import SdmxCsv, column_map_of
from tidegauge.ingest.validation import TypedBatch, validate

__all__ = ["AUTO", "FeedError", "FeedOptions", "Recognised", "TypedBatch", "read_file", "recognise"]

_DEFAULT = FeedOptions()


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a file is: the connector that reads it, the kind of its records, and why."""

    connector: str
    kind: RecordKind
    reason: str


def read_file(path: Path, format_name: str = AUTO, options: FeedOptions = _DEFAULT) -> Iterator[TypedBatch]:
    """Typed batches of a file, in the file's order; at least one, be it without rows.

    Nothing is read before the first batch is asked for. Raises FeedError, one sentence, when the file as a
    whole cannot be read; a row that cannot is a reject of its batch.
    """
    seen = sample(path, options)
    connector = connector_for(seen, format_name, options)
    for batch in connector.read(seen, options):
        yield validate(batch, str(path))


def recognise(path: Path, format_name: str = AUTO, options: FeedOptions = _DEFAULT) -> Recognised:
    """What a file is, from its beginning; raises FeedError."""
    seen = sample(path, options)
    connector = connector_for(seen, format_name, options)
    reason = connector.recognises(seen) or "named by the caller"
    return Recognised(connector.name, _kind(connector, seen, options), reason)


def _kind(connector: Connector, seen: Sample, options: FeedOptions) -> RecordKind:
    if isinstance(connector, SdmxCsv):
        return column_map_of(seen, options).record
    return connector.kind or table_of(seen, options.kind).kind
