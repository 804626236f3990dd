"""What a rule sees: subjects of one unit as rows, months up to the one under evaluation as columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.panel.shared import Shared

if TYPE_CHECKING:
    from tidegauge.domain.panel.line_figures import Lines
    from tidegauge.domain.panel.row_books import Read, RowBooks
    from tidegauge.domain.panel.weeks import Weeks


class Unit(StrEnum):
    """What one row of a view stands for."""

    SERIES = "product x origin"
    PRODUCT = "product x all origins"
    SCOPE_SERIES = "scope x origin"
    SCOPE = "scope x all origins"

    @property
    def whole(self) -> bool:
        """Whether a row stands for all origins."""
        return self in {Unit.PRODUCT, Unit.SCOPE}

    @property
    def of_scopes(self) -> bool:
        """Whether a row stands for a scope."""
        return self in {Unit.SCOPE_SERIES, Unit.SCOPE}


@dataclass(frozen=True, slots=True)
class Feed:
    """One reporter's series from one source; never spliced with another."""

    reporter: str
    source: str
    currency: str
    value_basis: str
    nomenclature: str

    def plain(self) -> list[str]:
        """Its fields in order, as the headers of blocks hold them."""
        return [self.reporter, self.source, self.currency, self.value_basis, self.nomenclature]

    def filled(self, later: "Feed") -> "Feed":
        """This feed, with what only a later record of it states."""
        return Feed(
            self.reporter,
            self.source,
            self.currency or later.currency,
            self.value_basis or later.value_basis,
            self.nomenclature or later.nomenclature,
        )


@dataclass(frozen=True, slots=True)
class Origins:
    """What each origin gave of some rows' products in one window, without intra-area partners."""

    row: Ints  # [s] index into the rows that were asked for, ascending
    origin: Ints  # [s] codes.country_number
    quantity: Floats  # [s] kg
    value: Floats  # [s]
    supplier: Bools  # [s] False for ZZ, QR and the reporter itself: in the total, but no supplier


@dataclass(frozen=True, slots=True)
class Products:
    """What each product of some rows' scopes came from the row's origin in one window."""

    row: Ints  # [s] index into the rows that were asked for, ascending
    product: Ints  # [s] codes.product_number
    quantity: Floats  # [s] kg
    value: Floats  # [s]


@dataclass(frozen=True, slots=True)
class Supplementary:
    """Quantities in the supplementary unit, where one unit alone stands in the whole view of a row."""

    quantity: Floats  # [n, T] 0 in a month without one
    unit: tuple[str, ...]  # [n] "" where there is none, or more than one


@dataclass(frozen=True, slots=True)
class Glance:
    """The part of a view that is cheap to read: enough to tell which subjects cannot fire.

    Arrays for `n` subjects of one unit over `T` months ending at `month` (the last column). Quantities are kg
    of net mass (see `basis`), values are in the feed's currency. A month without a record is 0.
    """

    unit: Unit
    month: int
    months: Ints  # [T] month numbers
    feeds: tuple[Feed, ...]
    feed: Ints  # [n] index into feeds
    product: Ints  # [n] codes.product_number; of a scope what its codes have in common
    scope_id: tuple[str, ...]  # [n] "" for a product itself
    basis: tuple[str, ...]  # [n] the unit of the quantities: kg, unless a scope is counted in another
    origin: Ints  # [n] codes.country_number; 0 = all origins
    quantity: Floats  # [n, T]
    value: Floats  # [n, T]
    to_feed: Callable[[float, str], Floats]  # (amount, currency) -> [n] at the month's rate, NaN without one
    lines: "Lines"  # what single lines say, for rows that are series
    weeks: "Weeks"  # the ISO weeks of declarations
    concerns: Callable[["Read"], Bools]  # [n] products that a book could say something of: cheap, no look-up
    sums: dict[tuple[int, tuple[int, int]], tuple[Floats, Floats]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )  # (id of figures, first and last month) -> the figures, and their total, not to be written to

    def __len__(self) -> int:
        """How many subjects it holds."""
        return len(self.product)

    def columns(self, first_month: int, last_month: int) -> slice:
        """The columns of an inclusive window of months; raises IndexError if they are not held."""
        start = first_month - int(self.months[0])
        stop = last_month - int(self.months[0]) + 1
        if start < 0 or stop > len(self.months):
            raise IndexError(f"months {first_month}..{last_month} lie outside the view")
        return slice(start, stop)


@dataclass(frozen=True, slots=True)
class PanelView(Glance):
    """A glance, and what prices, shares and explanations rest on.

    For the unit PRODUCT the own figures are the totals and the reference arrays are NaN.
    "All origins" are the extra-area ones.
    """

    paired_quantity: Floats  # [n, T] of cells that have both quantity and value: unit values rest on these
    paired_value: Floats  # [n, T]
    total_quantity: Floats  # [n, T] all origins of the same product
    total_value: Floats  # [n, T]
    reference_quantity: Floats  # [n, T] paired; intra-area partners, else the other origins
    reference_value: Floats  # [n, T]
    reference_undeclared: Floats  # [n, T] the part of reference_quantity from ZZ and QR
    alertable: Bools  # [n] False for ZZ, QR, the reporter itself and intra-area partners
    span_start: Ints  # [n] first month of the feed's span, of what is held of it, or of the code's life
    code_since: Ints  # [n] month since which the code means the same, 0: always; `span_start` is never before
    closed: Bools  # [n] whether `month` is complete for the feed
    benchmark: Floats  # [n, T] world price per kg in the feed's currency, NaN where there is none
    benchmark_name: tuple[str, ...]  # [n] which price record it is, "" where none
    usd_rate: Floats  # [n, T] USD for one unit of the feed's currency, NaN where unknown
    seller_rate: Floats  # [n, T] units of the origin's currency for one of the feed's, NaN where unknown
    seller_currency: tuple[str, ...]  # [n] ISO 4217, "" where unknown
    production: Floats  # [n] 1 domestic production is known to exist, 0 known not to, NaN unknown
    quantity_history: Callable[[Ints, int], Floats]  # (rows [k], first month) -> [k, month - first + 1] kg
    paired_history: Callable[[Ints, int], tuple[Floats, Floats]]  # the same of paired quantity and value
    origins: Callable[[Ints, int, int], Origins]  # (rows [k], first month, last month)
    products: Callable[[Ints, int, int], Products]  # the same of the products of one origin's rows
    reported: Bools  # [feeds, T] whether a feed holds any record of a month
    vintage: Floats  # [feeds, T] the month in which a month's newest vintage came out, NaN where unknown
    supplementary: Callable[[], "Supplementary"]  # quantities in the nomenclature's own unit
    books: "RowBooks"  # prices, industries, measures, subsidies, tariffs and triggers, looked up when asked
    shared: Shared = field(
        default_factory=Shared, init=False, repr=False, compare=False
    )  # never copied along

    def covers(self, first_month: int) -> Bools:
        """[n] whether the whole window from `first_month` on lies inside the span."""
        return self.span_start <= first_month
