"""What views are read from: the panel itself, or the scopes over it."""

from collections.abc import Mapping
from typing import Protocol

from tidegauge.domain.arrays import Ints
from tidegauge.domain.panel.growing import Growing
from tidegauge.domain.panel.panel import FeedState, Panel
from tidegauge.domain.panel.ring import Windows
from tidegauge.domain.panel.series import SeriesTable
from tidegauge.domain.panel.tally import Tally
from tidegauge.domain.panel.view import Unit


class Ground(Protocol):
    """Series in groups, with their amounts, and which of the groups must be evaluated."""

    kinds: tuple[Unit, ...]  # what rows of its views stand for: series, and whole groups
    series: SeriesTable
    pending_from: Growing
    evaluated_to: Growing

    scoped: Ints  # groups that lie in a scope, whose rules speak of that instead

    @property
    def base(self) -> Panel:
        """The panel under it, or itself."""
        ...

    @property
    def feeds(self) -> list[FeedState]:
        """The feeds behind the series."""
        ...

    @property
    def rings(self) -> Mapping[str, Windows]:
        """The amounts by ring."""
        ...

    @property
    def tallies(self) -> Mapping[str, Tally]:
        """Lines by unit value; empty where rows are no series."""
        ...

    @property
    def units(self) -> list[str]:
        """Supplementary units, by number."""
        ...

    @property
    def vintages(self) -> Mapping[tuple[int, int], str]:
        """(feed, month) -> newest vintage."""
        ...

    def codes(self, product: Ints) -> Ints:
        """[n] the product codes, as whole numbers, that stand for groups' products."""
        ...

    def products(self, feed: int, product: int) -> tuple[str, ...]:
        """The product codes behind one group's product."""
        ...

    def parts(self, series: Ints) -> tuple[Ints, Ints]:
        """(place in `series`, series of the panel) of everything that some series are made of."""
        ...

    def scope_ids(self, product: Ints) -> tuple[str, ...]:
        """[n] the scopes that groups' products stand for, "" for a product itself."""
        ...

    def bases(self, product: Ints) -> tuple[str, ...]:
        """[n] the units that quantities of groups' products are counted in."""
        ...


class Unions(Protocol):
    """Which customs unions there are; a Ruleset knows."""

    def area(self, reporter: str, month: int) -> frozenset[str]:
        """The members of the union that a reporter is or belongs to; empty for others."""
        ...

    def here(self, reporter: str, month: int) -> tuple[str, ...]:
        """The reporter, and the union that it belongs to."""
        ...
