"""Columns of a view that several rules ask for, worked out once."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tidegauge.domain.arrays import AnyArray, Ints

if TYPE_CHECKING:
    from tidegauge.domain.panel.view import PanelView

Columns = Mapping[str, AnyArray]  # [n] each, not to be written to
Key = tuple[str, ...]


class Shared:
    """The columns of one view by what they are; those of some of its rows are taken from the whole.

    A column says of a row what that row alone gives, so that which rows are asked first changes nothing.
    """

    __slots__ = ("_known", "_whole")

    def __init__(self) -> None:
        self._known: dict[Key, Columns] = {}
        self._whole: tuple[PanelView, Ints] | None = None

    def part_of(self, whole: "PanelView", rows: Ints) -> None:
        """Take from now on what is asked for from these rows of another view."""
        self._whole = whole, rows

    def of(self, view: "PanelView", key: Key, make: Callable[["PanelView"], Columns]) -> Columns:
        """What `make` makes of the view that this belongs to, made once."""
        if key not in self._known:
            if self._whole is None:
                found = make(view)
            else:
                whole, rows = self._whole
                every = whole.shared.of(whole, key, make)
                found = {name: column[rows] for name, column in every.items()}
            for column in found.values():
                column.flags.writeable = False
            self._known[key] = found
        return self._known[key]
