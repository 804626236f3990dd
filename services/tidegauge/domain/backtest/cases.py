"""Labelled cases: a product and an origin that were later the subject of a proceeding or a measure."""

from dataclasses import dataclass
from datetime import date

from tidegauge.domain.periods import MONTHS_A_YEAR, month_of

LOOKBACK_MONTHS = 24  # an alert so long before the initiation still speaks of the case
WITHOUT_ORDER_MONTHS = 18  # after the initiation, where no order is known

Key = tuple[str, str, str, str]  # reporter, source, product, origin


@dataclass(frozen=True, slots=True)
class Case:
    """One label."""

    case_id: str
    product: str  # a code, or the beginning of codes
    origin: str
    initiated: date
    ordered: date | None
    name: str
    source: str
    reporter: str = ""  # empty: whoever imports

    @property
    def first_month(self) -> int:
        """The first month in which an alert speaks of the case."""
        return month_of(self.initiated) - LOOKBACK_MONTHS

    @property
    def last_month(self) -> int:
        """The month of the order, else so many months after the initiation."""
        return month_of(self.ordered) if self.ordered else month_of(self.initiated) + WITHOUT_ORDER_MONTHS

    def speaks_of(self, key: Key) -> bool:
        """Whether a series is about the same goods: one code begins with the other."""
        reporter, _, product, origin = key
        same = product.startswith(self.product) or self.product.startswith(product)
        return same and origin == self.origin and self.reporter in ("", reporter)


@dataclass(frozen=True, slots=True)
class Span:
    """The months from a series' first record to the end of its feed."""

    first: int
    last: int
    traded: tuple[int, ...]  # months with a record, ascending

    @property
    def years(self) -> float:
        """Series-years."""
        return (self.last - self.first + 1) / MONTHS_A_YEAR


def covered(case: Case, spans: dict[Key, Span]) -> list[Key]:
    """The series that could have shown a case: a year of span before it begins, and trade in its months.

    Ascending; empty where the history does not reach the case.
    """
    return sorted(
        key
        for key, span in spans.items()
        if case.speaks_of(key)
        and span.first + MONTHS_A_YEAR <= month_of(case.initiated) <= span.last
        and any(case.first_month <= month <= case.last_month for month in span.traded)
    )
