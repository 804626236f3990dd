"""What the books say of the rows of a view, looked up only when a rule asks.

Every answer is worked out once a distinct (feed, product, origin) and kept for the mark; nothing loops over
rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.books import measures, subsidies, tariffs, triggers
from tidegauge.domain.books.newest import Record
from tidegauge.domain.books.units import KILOGRAM
from tidegauge.domain.panel.book_reader import BookReader
from tidegauge.domain.periods import month_text

_PRODUCT_BITS = 37  # of codes.product_number
_ORIGIN_BITS = 10
_PER_CENT = 100.0


class Read(NamedTuple):
    """What a rule reads of the books, so that its alerts cite it: a method of RowBooks and its argument."""

    method: str
    argument: str = ""
    per: str = KILOGRAM  # of prices


@dataclass(frozen=True, slots=True)
class Known:
    """One published series of monthly values beside each row."""

    values: Floats  # [n, T] NaN where unknown
    names: tuple[str, ...]  # [n] the source, "" where nothing is known
    units: tuple[str, ...]  # [n]


@dataclass(frozen=True, slots=True)
class Steps:
    """Dated steps of measures, as pairs of a row and a step; in the order of rows, then of months."""

    row: Ints  # [e] row of the view
    month: Ints  # [e] month of the step
    stage: tuple[str, ...]  # [e] initiated, provisional, definitive or expires
    records: tuple[Record, ...]  # [e] the measure


@dataclass(frozen=True, slots=True)
class Found:
    """Records that concern rows, as pairs; in the order of rows, then of record keys."""

    row: Ints  # [e] row of the view
    records: tuple[Record, ...]  # [e]

    def numbers(self, name: str) -> Floats:
        """[e] a numeric field of the records, NaN where it is empty."""
        return np.array([record.get(name, np.nan) for record in self.records], np.float64)


class RowBooks:
    """The books beside the rows of one view."""

    def __init__(self, reader: BookReader, packed: Ints, months: range) -> None:
        self._reader, self._packed, self._months = reader, packed, months

    @staticmethod
    def beside(reader: BookReader, feed: Ints, product: Ints, origin: Ints, months: range) -> "RowBooks":
        """The books beside rows [n] of a view over some months."""
        packed = (feed << (_PRODUCT_BITS + _ORIGIN_BITS)) | (product << _ORIGIN_BITS) | origin
        return RowBooks(reader, packed, months)

    def take(self, rows: Ints) -> "RowBooks":
        """The same beside some rows."""
        return RowBooks(self._reader, self._packed[rows], self._months)

    def over(self, months: range) -> "RowBooks":
        """The same over other months."""
        return RowBooks(self._reader, self._packed, months)

    def of_origins(self, rows: Ints, origin: Ints) -> "RowBooks":
        """The books beside the same products [k] from other origins, for comparison between origins."""
        kept = self._packed[rows] & ~((1 << _ORIGIN_BITS) - 1)
        return RowBooks(self._reader, kept | origin, self._months)

    def prices(self, kind: str, per: str = KILOGRAM) -> Known:
        """Prices of a kind for one `per` (kg, else a supplementary unit), in the feed's currency.

        An `index` is given as published, whatever `per`.
        """
        return self._series(("prices", kind, per))

    def industry(self, indicator: str) -> Known:
        """An indicator of the reporter's industry: masses in kg, all else in its own unit."""
        return self._series(("industry", indicator))

    def seller_industry(self, indicator: str) -> Known:
        """An indicator of the origin's industry; nothing for all origins."""
        return self._series(("seller_industry", indicator))

    def tariff(self) -> Floats:
        """[n] the duty in force in the last month, as a fraction ad valorem; NaN where unknown."""
        question = ("tariff", self._month())
        if not self._reader.knows(question):
            return np.full(len(self._packed), np.nan)
        answers, which = self._answers(question)
        rates = [float(found[0]["duty_rate"]) if found else np.nan for found in answers]
        return (np.array(rates, np.float64) / _PER_CENT)[which]

    def measures_here(self, first: int, last: int) -> Steps:
        """Dated steps, in an inclusive window of months, of the reporter's own measures against the rows."""
        return self._steps("measures_here", first, last)

    def measures_elsewhere(self, first: int, last: int) -> Steps:
        """The same of all other authorities, on the same six HS digits and origin."""
        return self._steps("measures_elsewhere", first, last)

    def subsidies(self) -> Found:
        """Programmes known for the rows' origins and products; `benefit_ad_valorem` is in per cent."""
        return self._found(("subsidies", self._month()))

    def triggers(self) -> Found:
        """Published trigger levels and prices in force on the scopes that hold the rows' products."""
        return self._found(("triggers", self._month()))

    def cited(self, read: Read, row: int) -> list[Record]:
        """Keys and vintages of the records that a read gave for one row, over the months of the view."""
        question: tuple[str, ...] = (read.method,)
        match read.method:
            case "prices":
                question = (read.method, read.argument, read.per)
            case "industry" | "seller_industry":
                question = (read.method, read.argument)
            case "tariff" | "subsidies" | "triggers":
                question = (read.method, self._month())
        answer = self._reader.answer(question, *_parts(int(self._packed[row])))
        if read.method in _SERIES:
            return [] if answer is None else [answer.cited(self._months)]
        if read.method in _STEPS:
            answer = [step.record for step in answer if self._months[0] <= step.month <= self._months[-1]]
        return _once(_CITED[read.method](record) for record in answer)

    def _month(self) -> str:
        return month_text(self._months[-1]) if self._months else ""

    def _answers(self, question: tuple[str, ...]) -> tuple[list[Any], Ints]:
        """The answers for the distinct subjects, and which of them each row takes."""
        packed, which = np.unique(self._packed, return_inverse=True)
        return [self._reader.answer(question, *_parts(one)) for one in packed.tolist()], which

    def _series(self, question: tuple[str, ...]) -> Known:
        n, length = len(self._packed), len(self._months)
        if not self._reader.knows(question):
            return Known(np.full((n, length), np.nan), ("",) * n, ("",) * n)
        answers, which = self._answers(question)
        table = np.full((len(answers), length), np.nan)
        feeds = np.unique(self._packed) >> (_PRODUCT_BITS + _ORIGIN_BITS)
        for place, series in enumerate(answers):
            if series is not None:
                rate = self._reader.into_feed(series.currency, int(feeds[place]), self._months)
                table[place] = series.over(self._months) * rate
        names = [series.key["source"] if series else "" for series in answers]
        units = [series.unit if series else "" for series in answers]
        places = which.tolist()
        return Known(table[which], tuple(names[p] for p in places), tuple(units[p] for p in places))

    def _found(self, question: tuple[str, ...]) -> Found:
        row, records = self._pairs(question, lambda _record: True)
        return Found(row, records)

    def _steps(self, method: str, first: int, last: int) -> Steps:
        row, steps = self._pairs((method,), lambda step: first <= step.month <= last)
        months = np.array([step.month for step in steps], np.int64)
        return Steps(row, months, tuple(step.stage for step in steps), tuple(step.record for step in steps))

    def _pairs(
        self, question: tuple[str, ...], wanted: Callable[[Any], bool]
    ) -> tuple[Ints, tuple[Any, ...]]:
        """(row, thing) for every thing that was answered for a row's subject and is wanted."""
        if not self._reader.knows(question):
            return np.empty(0, np.int64), ()
        answers, which = self._answers(question)
        chosen = [[one for one in answer if wanted(one)] for answer in answers]
        sizes = np.array([len(things) for things in chosen], np.int64)
        speaking = np.flatnonzero(sizes[which] > 0)
        rows = np.repeat(speaking, sizes[which][speaking])
        return rows, tuple(thing for place in which[speaking].tolist() for thing in chosen[place])


_SERIES = {"prices", "industry", "seller_industry"}
_STEPS = {"measures_here", "measures_elsewhere"}
_CITED: dict[str, Callable[[Record], Record]] = {
    **dict.fromkeys(_STEPS, measures.cited),
    "tariff": tariffs.cited,
    "subsidies": subsidies.cited,
    "triggers": triggers.cited,
}


def _parts(packed: int) -> tuple[int, int, int]:
    """The feed, product and origin of a packed subject."""
    origin, product = packed & ((1 << _ORIGIN_BITS) - 1), packed >> _ORIGIN_BITS & ((1 << _PRODUCT_BITS) - 1)
    return packed >> (_PRODUCT_BITS + _ORIGIN_BITS), product, origin


def _once(records: Iterable[Record]) -> list[Record]:
    """The distinct records, in order."""
    return list({repr(record): record for record in records}.values())
