"""Entries of the quarantine as CSV, to be mended in a table and sent again."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tidegauge.runtime.quarantine import Quarantine, Wanted

COLUMNS: Final = ("id", "feed", "kind", "source", "line", "field", "reason", "arrived", "raw", "record")
_AT_ONCE: Final = 1000


def export_lines(quarantine: Quarantine, wanted: Wanted) -> Iterator[str]:
    """A header and the entries that are wanted, in pieces of whole lines."""
    yield _csv([COLUMNS])
    after = wanted.after
    while found := quarantine.find(replace(wanted, after=after, limit=_AT_ONCE)):
        yield _csv([getattr(one, name) for name in COLUMNS] for one in found)
        after = found[-1].id


def _csv(rows: "Iterator[list[object]] | list[tuple[str, ...]]") -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
