"""Customs unions and their members over time, as data."""

from typing import Final, NamedTuple

from tidegauge.domain.periods import month_number, month_text


class Membership(NamedTuple):
    """One country in a customs union, from the first to the last month (both inclusive, YYYY-MM)."""

    country: str
    first: str
    last: str = ""  # empty: still a member


Areas = dict[str, tuple[Membership, ...]]  # by the reporter code of the union

_SINCE = {
    "1958-01": "BE DE FR IT LU NL",
    "1973-01": "DK IE",
    "1981-01": "GR",
    "1986-01": "ES PT",
    "1995-01": "AT FI SE",
    "2004-05": "CY CZ EE HU LT LV MT PL SI SK",
    "2007-01": "BG RO",
    "2013-07": "HR",
}

# The United Kingdom left the customs union at the end of the transition period; Northern Ireland (XI) is
# counted with the Union for goods since. Source: accession treaties; withdrawal agreement, Article 126 and
# the Protocol on Ireland/Northern Ireland.
EUROPEAN_UNION: Final = (
    *(Membership(country, first) for first, countries in _SINCE.items() for country in countries.split()),
    Membership("GB", "1973-01", "2020-12"),
    Membership("XI", "2021-01"),
)
DEFAULT_AREAS: Final[Areas] = {"EU": EUROPEAN_UNION}


def members(memberships: tuple[Membership, ...], month: int) -> frozenset[str]:
    """The members of a union in a month."""
    text = month_text(month)
    return frozenset(
        one.country for one in memberships if one.first <= text and (not one.last or text <= one.last)
    )


def union_of(areas: Areas, reporter: str, month: int) -> frozenset[str]:
    """The members of the customs union that a reporter is or belongs to in a month; empty for others."""
    for union, memberships in areas.items():
        inside = members(memberships, month)
        if reporter == union or reporter in inside:
            return inside | {union}
    return frozenset()


def here(areas: Areas, reporter: str, month: int) -> tuple[str, ...]:
    """The reporter, and the customs union that it belongs to in a month: who acts at its border."""
    unions = (union for union, memberships in areas.items() if reporter in members(memberships, month))
    return (reporter, *unions)


def check(memberships: tuple[Membership, ...]) -> None:
    """Raises ValueError for a membership whose months are not written YYYY-MM."""
    for one in memberships:
        month_number(one.first)
        if one.last:
            month_number(one.last)
