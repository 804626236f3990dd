"""Planted events: what each kind does to volume, price, origin and code, and the default plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from tidegauge.scenario.catalogue import Catalogue
from tidegauge.scenario.parameters import Parameters

_PRODUCTS_AN_EVENT: Final = 250  # the default plan holds one event of each kind for so many products
_SHORTEST, _LONGEST = 6, 14  # months that a default event lasts


class Kind(StrEnum):
    """What is planted."""

    SURGE = "surge"
    DUMPING = "dumping"
    UNDERVALUATION = "undervaluation"
    ORIGIN_SWITCH = "origin_switch"
    CODE_SWITCH = "code_switch"
    SUBSIDY = "subsidy"
    SUPPLY_SHOCK = "supply_shock"


SWITCHES: Final = frozenset({Kind.ORIGIN_SWITCH, Kind.CODE_SWITCH})
# Factor on the volume, factor on the price of the lines touched, share of the series' lines touched.
SIZES: Final = {
    Kind.SURGE: (3.0, 0.8, 1.0),
    Kind.DUMPING: (1.0, 0.65, 1.0),
    Kind.UNDERVALUATION: (1.0, 0.3, 0.25),
    Kind.ORIGIN_SWITCH: (1.0, 1.0, 0.7),
    Kind.CODE_SWITCH: (1.0, 1.0, 0.7),
    Kind.SUBSIDY: (1.3, 0.8, 1.0),
    Kind.SUPPLY_SHOCK: (0.4, 1.5, 1.0),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One planted event, from its first to its last month (places in the scenario, both inclusive).

    `product` is empty in a subsidy: all products of the origin. `other` is the origin or the code that a
    switch leads to.
    """

    kind: Kind
    product: str
    origin: str
    first: int
    last: int
    size: float
    price: float
    share: float
    other: str = ""

    def active(self, place: int) -> bool:
        """Whether it acts in a month of the scenario."""
        return self.first <= place <= self.last


def default_events(
    parameters: Parameters, catalogue: Catalogue, chance: np.random.Generator
) -> tuple[Event, ...]:
    """Events of every kind on products of their own among the larger half, in the later part of the history.

    Where products are too few for all kinds, the first kinds are planted. A subsidy takes an origin that no
    other event names, where there is one.
    """
    rounds = max(1, parameters.products // _PRODUCTS_AN_EVENT)
    larger = np.argsort(-catalogue.product_size, kind="stable")[: max(2, parameters.products // 2)]
    products = chance.permutation(larger).tolist()
    origins = min(len(catalogue.origins), 12)
    events: list[Event] = []
    for kind in list(Kind) * rounds:
        if kind is not Kind.SUBSIDY and not products:
            break
        product = "" if kind is Kind.SUBSIDY else catalogue.products[products.pop()]
        origin, other = chance.permutation(origins)[:2].tolist()
        first, last = _months(parameters.months, chance)
        named = _origin(catalogue, events, origin) if kind is Kind.SUBSIDY else catalogue.origins[origin]
        leads_to = ""
        if kind is Kind.ORIGIN_SWITCH:
            leads_to = catalogue.origins[other]
        elif kind is Kind.CODE_SWITCH:
            near = int(catalogue.near[catalogue.products.index(product)])
            leads_to = catalogue.products[near]
            products = [place for place in products if place != near]
        events.append(Event(kind, product, named, first, last, *SIZES[kind], leads_to))
    return tuple(events)


def _months(months: int, chance: np.random.Generator) -> tuple[int, int]:
    first = int(chance.integers(months // 2, max(months // 2 + 1, months * 3 // 4)))
    return first, min(months - 1, first + int(chance.integers(_SHORTEST, _LONGEST)))


def _origin(catalogue: Catalogue, events: Sequence[Event], otherwise: int) -> str:
    named = {event.origin for event in events} | {event.other for event in events}
    free = [origin for origin in catalogue.origins[1:12] if origin not in named]
    return free[0] if free else catalogue.origins[otherwise]
