"""Some rows of a view, as a view; a column is gathered only when a rule asks for it, as most need few."""

from collections.abc import Callable
from typing import Any, Final

from tidegauge.domain.arrays import Ints
from tidegauge.domain.panel.shared import Shared
from tidegauge.domain.panel.view import PanelView, Supplementary


class Part(PanelView):
    """The rows `chosen` [k] of the view `whole`."""

    __slots__ = ("chosen", "whole")
    whole: PanelView
    chosen: Ints

    def __init__(self, whole: PanelView, rows: Ints) -> None:
        if isinstance(whole, Part):
            rows, whole = whole.chosen[rows], whole.whole
        put = object.__setattr__  # views are frozen
        for name in _OF_ALL_ROWS:
            put(self, name, getattr(whole, name))
        put(self, "whole", whole)
        put(self, "chosen", rows)
        put(self, "shared", Shared())
        self.shared.part_of(whole, rows)

    def __len__(self) -> int:
        """How many rows were taken."""
        return len(self.chosen)

    def __getattr__(self, name: str) -> Any:
        """A field that nobody asked for before."""
        if name not in _TAKEN:
            raise AttributeError(name)
        found = _TAKEN[name](self.whole, self.chosen)
        object.__setattr__(self, name, found)
        return found


def _column(name: str) -> Callable[[PanelView, Ints], Any]:
    return lambda whole, rows: getattr(whole, name)[rows]


def _table(name: str) -> Callable[[PanelView, Ints], Any]:
    return lambda whole, rows: getattr(whole, name).take(rows, axis=0)


def _texts(name: str) -> Callable[[PanelView, Ints], Any]:
    def texts(whole: PanelView, rows: Ints) -> tuple[str, ...]:
        column: tuple[str, ...] = getattr(whole, name)
        return tuple(column[row] for row in rows.tolist())

    return texts


def _supplementary(whole: PanelView, rows: Ints) -> Supplementary:
    found = whole.supplementary()
    return Supplementary(found.quantity[rows], tuple(found.unit[row] for row in rows.tolist()))


_OF_ALL_ROWS: Final = ("unit", "month", "months", "feeds", "reported", "vintage")
_COLUMNS: Final = (
    "feed", "product", "origin", "alertable", "span_start", "code_since", "closed", "production"
)  # fmt: skip
_TABLES: Final = (
    "quantity", "value", "paired_quantity", "paired_value", "total_quantity", "total_value",
    "reference_quantity", "reference_value", "reference_undeclared", "benchmark", "usd_rate", "seller_rate",
)  # fmt: skip
_TAKEN: Final[dict[str, Callable[[PanelView, Ints], Any]]] = {
    **{name: _column(name) for name in _COLUMNS},
    **{name: _table(name) for name in _TABLES},
    **{name: _texts(name) for name in ("benchmark_name", "seller_currency", "scope_id", "basis")},
    "to_feed": lambda whole, rows: lambda amount, currency: whole.to_feed(amount, currency)[rows],
    "lines": lambda whole, rows: whole.lines.take(rows),
    "weeks": lambda whole, rows: whole.weeks.take(rows),
    "concerns": lambda whole, rows: lambda read: whole.concerns(read)[rows],
    "quantity_history": lambda whole, rows: lambda some, first: whole.quantity_history(rows[some], first),
    "paired_history": lambda whole, rows: lambda some, first: whole.paired_history(rows[some], first),
    "origins": lambda whole, rows: lambda some, first, last: whole.origins(rows[some], first, last),
    "products": lambda whole, rows: lambda some, first, last: whole.products(rows[some], first, last),
    "supplementary": lambda whole, rows: lambda: _supplementary(whole, rows),
    "books": lambda whole, rows: whole.books.take(rows),
}  # what a field of some rows is taken from the whole by
