"""Subsidies ad valorem: known programmes summed by kind, each benefit counted once (SCM Art. 1, 14)."""

from collections.abc import Iterable
from dataclasses import dataclass

FINDERS_LAST = ("notified", "petition", "analyst")  # every other finder is an authority with a finding


@dataclass(frozen=True, slots=True)
class Benefit:
    """What one source says of one programme."""

    programme: str
    kind: str  # SCM Art. 1.1(a)(1)(i)-(iv), or income or price support; empty where not stated
    rate: float  # fraction ad valorem
    found_by: str  # an authority, or one of FINDERS_LAST
    source: str
    recipient: str = ""  # empty: the whole industry


@dataclass(frozen=True, slots=True)
class SubsidySum:
    """The ad valorem benefit, by kind, and the benefits it rests on."""

    by_kind: dict[str, float]
    counted: tuple[Benefit, ...]
    left_out: tuple[Benefit, ...]  # a second word on a programme, or on one recipient of it

    @property
    def rate(self) -> float:
        """All kinds together, a fraction ad valorem."""
        return sum(self.by_kind.values())


def total_benefit(benefits: Iterable[Benefit]) -> SubsidySum:
    """The sum of distinct programmes; of several words on one programme one counts.

    A finding of an authority goes before a notification, that before a petition or an analyst; a rate for
    the whole industry before one recipient's; then the lower rate, so that nothing is overstated; then the
    source in alphabetical order. Programmes are told apart by their identifier.
    """
    ordered = sorted(benefits, key=_rank)
    counted: dict[str, Benefit] = {}
    left_out: list[Benefit] = []
    for benefit in ordered:
        if benefit.programme in counted:
            left_out.append(benefit)
        else:
            counted[benefit.programme] = benefit
    by_kind: dict[str, float] = {}
    for benefit in counted.values():
        by_kind[benefit.kind] = by_kind.get(benefit.kind, 0.0) + benefit.rate
    return SubsidySum(dict(sorted(by_kind.items())), tuple(counted.values()), tuple(left_out))


def _rank(benefit: Benefit) -> tuple[str, int, bool, float, str, str]:
    finder = 1 + FINDERS_LAST.index(benefit.found_by) if benefit.found_by in FINDERS_LAST else 0
    if not benefit.found_by:
        finder = len(FINDERS_LAST) + 1
    return (
        benefit.programme,
        finder,
        bool(benefit.recipient),
        benefit.rate,
        benefit.source,
        benefit.recipient,
    )
