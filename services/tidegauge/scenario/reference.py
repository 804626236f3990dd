"""The reference records that rules need beside declarations: prices, measures, scopes, programmes, rates.

They are what an authority would hold: none of them says which event was planted, or when.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Floats
from tidegauge.domain.periods import first_day
from tidegauge.scenario.events import SWITCHES, Event, Kind
from tidegauge.scenario.lines import GRADE_SHARES
from tidegauge.scenario.parameters import CURRENCY, NOMENCLATURE, REPORTER
from tidegauge.scenario.world import World, of_event

SOURCE: Final = "scenario"
# Ex works, so below the price at the border.
_EX_WORKS: Final = 0.97
_OWN_PRODUCERS: Final = 1.05
_DUTY_PERCENT: Final = 45.0
_RATES: Final = {"USD": 1.1, "CNY": 7.8, "JPY": 160.0}
_CHAPTER: Final = 2


# What rules must be told of this world, as an operator would tell them.
RULES: Final = f"""# The thresholds of the rules are unchanged; this states what declarations do not say.
[rules.dumping-margin]
freight_and_insurance = {1 - _EX_WORKS:.2f}
"""


def reference(world: World) -> dict[str, pl.DataFrame]:
    """Canonical rows by the name of their file."""
    return {
        "prices": pl.DataFrame([*_prices(world)], orient="row", schema=_PRICE, infer_schema_length=None),
        "measures": pl.DataFrame([*_measures(world)], orient="row", schema=_MEASURE),
        "scopes": pl.DataFrame([*_scopes(world)], orient="row", schema=_SCOPE),
        "subsidies": pl.DataFrame([*_programmes(world)], orient="row", schema=_SUBSIDY),
        "rates": pl.DataFrame([*_rates(world)], orient="row", schema=_FX),
    }


def _prices(world: World) -> Iterator[tuple[object, ...]]:
    """Home-market prices of some origins; the world's and the own producers' of products with an event."""
    months = [world.parameters.month(place) for place in range(world.parameters.months)]
    for event in _first_of(world.events, "product", "origin"):
        if event.kind is Kind.DUMPING:
            at_home = _level(world, event) * float(world.price_gap[of_event(world, event)][0]) * _EX_WORKS
            yield from _series("home_market", event, event.origin, months, at_home)
    for event in _first_of(world.events, "product"):
        yield from _series("benchmark", event, "", months, _level(world, event))
        yield from _series("domestic", event, REPORTER, months, _level(world, event) * _OWN_PRODUCERS)


def _series(
    kind: str, event: Event, where: str, months: Sequence[str], prices: Floats
) -> Iterator[tuple[object, ...]]:
    origin = where if kind == "home_market" else None
    for month, price in zip(months, np.round(prices, 4).tolist(), strict=True):
        yield (
            SOURCE, kind, event.product, NOMENCLATURE, where or None, origin, month, price, CURRENCY, "kg",
        )  # fmt: skip


def _level(world: World, event: Event) -> Floats:
    """[months] the price of a product in its usual mix of grades, EUR per kg."""
    product = world.catalogue.products.index(event.product)
    mixed: Floats = world.price[product] * float(world.level[product] @ GRADE_SHARES)
    return mixed


def _measures(world: World) -> Iterator[tuple[object, ...]]:
    """Anti-dumping duties from the month in which goods begin to pass under another origin or code."""
    switches = (event for event in world.events if event.kind in SWITCHES)
    for number, event in enumerate(switches, 1):
        begins = first_day(world.parameters.first_month + event.first).isoformat()
        yield (
            f"SC-{number:04}", REPORTER, event.origin, "AD", "definitive", event.product, NOMENCLATURE,
            begins, _DUTY_PERCENT, SOURCE,
        )  # fmt: skip


def _scopes(world: World) -> Iterator[tuple[object, ...]]:
    """Like goods under a measure that pass under two codes, as an operator would name them."""
    named = {event.product: event.other for event in world.events if event.kind is Kind.CODE_SWITCH}
    for product, other in sorted(named.items()):
        codes = f"{product} {other}"
        yield f"like-{product}", f"Goods of {product} and {other}", codes, NOMENCLATURE, REPORTER


def _programmes(world: World) -> Iterator[tuple[object, ...]]:
    """Programmes worth the fall of the price; the goods of an origin by their chapters."""
    subsidies = (event for event in world.events if event.kind is Kind.SUBSIDY)
    for number, event in enumerate(subsidies, 1):
        places = world.product[of_event(world, event)].tolist()
        chapters = sorted({world.catalogue.products[place][:_CHAPTER] for place in places})
        percent = round(100 * (1 / event.price - 1), 1)
        yield (
            f"SP-{number:04}", event.origin, "an invented programme", "direct_transfer", " ".join(chapters),
            NOMENCLATURE, percent, world.parameters.month(event.first), "analyst", SOURCE,
        )  # fmt: skip


def _rates(world: World) -> Iterator[tuple[object, ...]]:
    for place in range(world.parameters.months):
        for currency, rate in _RATES.items():
            yield currency, CURRENCY, world.parameters.month(place), rate, SOURCE


def _first_of(events: Sequence[Event], *names: str) -> list[Event]:
    """The events with a product, the first of each that share some fields."""
    found: dict[tuple[str, ...], Event] = {}
    for event in sorted(events, key=lambda one: one.kind is not Kind.DUMPING):
        if event.product:
            found.setdefault(tuple(str(getattr(event, name)) for name in names), event)
    return list(found.values())


_PRICE: Final = dict.fromkeys(
    ("source", "kind", "product", "nomenclature", "market", "origin", "period"), pl.String
) | {"price": pl.Float64, "currency": pl.String, "unit": pl.String}
_MEASURE: Final = dict.fromkeys(
    ("measure_id", "authority", "target", "kind", "stage", "products", "nomenclature", "definitive"),
    pl.String,
) | {"rate": pl.Float64, "source": pl.String}
_SCOPE: Final = dict.fromkeys(("scope_id", "name", "products", "nomenclature", "reporter"), pl.String)
_SUBSIDY: Final = dict.fromkeys(
    ("programme_id", "granting", "programme", "kind", "products", "nomenclature"), pl.String
) | {"benefit_ad_valorem": pl.Float64, "period_from": pl.String, "found_by": pl.String, "source": pl.String}
_FX: Final = dict.fromkeys(("currency", "base", "period"), pl.String) | {
    "rate": pl.Float64,
    "source": pl.String,
}
