"""Reference records that come after the months they concern: those months are judged again at the next mark.

Bounded: the newest REASKED_MONTHS closed months of a feed and its open ones, and of these the months from
the record's own on; only products that it can speak of, and only where it says something new. An exchange
rate asks where a month had none, for the feeds that count in its currency: without it money thresholds could
not speak; a corrected one asks for nothing. A changed scope asks for all its months by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.books.industry import made_by
from tidegauge.domain.books.measures import DATED
from tidegauge.domain.books.prefixes import HS_DIGITS
from tidegauge.domain.panel.concerns import concerned
from tidegauge.domain.panel.panel import NEVER, Panel
from tidegauge.domain.periods import month_number
from tidegauge.domain.records import RecordKind

REASKED_MONTHS: Final = 12  # operator's choice: older months stand as they were told
_MONTH_LENGTH: Final = len("YYYY-MM")
_FROM: Final = {
    RecordKind.PRICE: ("period", "date"),
    RecordKind.INDUSTRY: ("period",),
    RecordKind.MEASURE: DATED,
    RecordKind.SUBSIDY: ("period_from",),
    RecordKind.TARIFF: ("valid_from",),
    RecordKind.TRIGGER: ("valid_from",),
    RecordKind.FX: ("period",),
}  # the fields that tell from which month on a record concerns imports; the earliest counts

Record = Mapping[str, Any]


def ask_again(panel: Panel, books: Books, kind: str, rows: Iterable[Record]) -> None:
    """Ask for the recent months that records of one kind concern, wherever they were judged before."""
    if kind not in _FROM:
        return
    closed = np.array([state.closed_to for state in panel.feeds], np.int64)
    reached = np.array([max(state.closed_to, state.last_month) for state in panel.feeds], np.int64)
    if not (closed >= 0).any():
        return
    floor = np.where(closed >= 0, closed - REASKED_MONTHS + 1, NEVER)
    named: dict[int, set[str]] = {}  # by first month
    for row in rows:
        named.setdefault(max(_since(kind, row), int(floor.min())), set()).update(_names(books, kind, row))
    groups = panel.series.groups
    feed, judged = panel.series.group_feed.data[:groups], panel.evaluated_to.data[:groups]
    for since in sorted(named):
        start = np.maximum(since, floor)
        known = (judged >= np.minimum(start, closed)[feed]) & (start <= reached)[feed]
        chosen = np.flatnonzero(known)
        chosen = chosen[_concerned(panel, kind, named[since], chosen)]
        pending = panel.pending_from.data
        pending[chosen] = np.minimum(pending[chosen], start[feed[chosen]].astype(pending.dtype))


def _since(kind: str, row: Record) -> int:
    """The first month that a record concerns; 0 where it names none."""
    days = [str(row[name])[:_MONTH_LENGTH] for name in _FROM[RecordKind(kind)] if row.get(name)]
    return int(month_number(min(days))) if days else 0


def _concerned(panel: Panel, kind: str, names: set[str], groups: Ints) -> Bools:
    """[n] product groups that records of some codes speak of, or rates of some currencies."""
    if kind == RecordKind.FX:
        counted = np.array([state.feed.currency in names for state in panel.feeds], np.bool_)
        return counted[panel.series.group_feed.data[groups]]
    return concerned(names, panel.series.group_product.data[groups])


def _names(books: Books, kind: str, row: Record) -> Iterator[str]:
    """The beginnings of the product codes that a record speaks of; of a rate its currency."""
    match kind:
        case RecordKind.FX:
            yield str(row["currency"])
        case RecordKind.MEASURE | RecordKind.SUBSIDY:  # across borders six digits are compared
            yield from (code[:HS_DIGITS] for code in row.get("products") or ())
        case RecordKind.TRIGGER:
            yield from books.scopes.scopes.get(str(row["scope_id"]), {}).get("products", ())
        case RecordKind.INDUSTRY:
            yield from made_by(row)
        case _:
            yield str(row["product"])
