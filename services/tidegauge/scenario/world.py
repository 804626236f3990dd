"""The invented country: which origin sells which product, how much and at what price, month by month."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Floats, Ints
from tidegauge.domain.periods import MONTHS_A_YEAR
from tidegauge.scenario.catalogue import Catalogue, catalogue
from tidegauge.scenario.events import Event, Kind, default_events
from tidegauge.scenario.parameters import CHUNK_LINES, Parameters, Stream, generator

_LEAST_SHARE: Final = 0.12  # of its product, for a series of an event: a surge needs a base
_PRICE_LEVELS: Final = 3  # grades within one code
_COUNTED_PIECES: Final = 0.3  # products that carry a supplementary quantity


@dataclass(frozen=True, slots=True)
class World:
    """Series [S] (a product from an origin) and what is fixed about products [P]; amounts in kg and EUR."""

    parameters: Parameters
    catalogue: Catalogue
    events: tuple[Event, ...]
    product: Ints  # [S] place in the catalogue
    origin: Ints  # [S]
    weight: Floats  # [S] relative volume
    growth: Floats  # [S] log growth a month
    price_gap: Floats  # [S] factor on the product's price
    season: Floats  # [P] amplitude, below 1
    peak: Floats  # [P] month of the year
    price: Floats  # [P, months] EUR per kg
    level: Floats  # [P, levels] factors on the price
    shipment_kg: Floats  # [P] median
    piece_kg: Floats  # [P] mass of a piece, 0 without a supplementary unit
    lines: Ints  # [months] accepted lines


@dataclass(frozen=True, slots=True)
class MonthState:
    """What holds in one month of the scenario."""

    place: int
    cumulative: Floats  # [S] of the chance that a declaration belongs to a series
    price: Floats  # [S] EUR per kg, before the grade


def make_world(parameters: Parameters, events: Sequence[Event] | None = None) -> World:
    """The world of a scenario, with the planned events or those by default; raises ScenarioError."""
    parameters.check()
    named = events or ()
    products = [code for event in named for code in _products(event)]
    origins = [code for event in named for code in _origins(event)]
    known = catalogue(parameters, products, origins)
    if events is None:
        events = default_events(parameters, known, generator(parameters.seed, Stream.EVENTS))
    chance = generator(parameters.seed, Stream.WORLD)
    product, origin, weight = _series(known, tuple(events), chance)
    count, months = parameters.products, parameters.months
    walk = np.cumsum(chance.normal(0.0, 0.02, (count, months)), axis=1)
    made = World(
        parameters, known, tuple(events), product, origin, weight,
        growth=chance.normal(0.0, 0.08 / MONTHS_A_YEAR, len(product)),
        price_gap=np.exp(chance.normal(0.0, 0.12, len(product))),
        season=chance.beta(1.5, 4.0, count),
        peak=chance.uniform(0.0, MONTHS_A_YEAR, count),
        price=np.exp(chance.normal(1.0, 1.2, (count, 1)) + walk),
        level=np.exp(np.cumsum(chance.gamma(2.0, 0.2, (count, _PRICE_LEVELS)), axis=1) - 0.8),
        shipment_kg=np.exp(chance.normal(8.5, 1.2, count)),
        piece_kg=np.where(
            chance.random(count) < _COUNTED_PIECES, np.exp(chance.normal(1.0, 1.5, count)), 0.0
        ),
        lines=np.zeros(months, np.int64),
    )  # fmt: skip
    volume = np.array([_rates(made, place).sum() for place in range(months)])
    return replace(made, lines=_allotted(parameters.lines, volume))


def month_state(world: World, place: int) -> MonthState:
    """Rates and prices of a month, events included."""
    rates = _rates(world, place)
    chance = generator(world.parameters.seed, Stream.MONTH, place, 1)
    noise = np.exp(chance.normal(0.0, 0.04, len(rates)))
    price = world.price[world.product, place] * world.price_gap * noise
    for event in world.events:
        if event.active(place) and event.kind is not Kind.UNDERVALUATION:
            price[of_event(world, event)] *= event.price
    return MonthState(place, np.cumsum(rates / rates.sum()), price)


def chunk_sizes(world: World, place: int) -> list[int]:
    """Lines of each chunk of a month: about equal, none above the bound."""
    lines = int(world.lines[place])
    chunks = -(-lines // CHUNK_LINES)
    return [lines * (n + 1) // chunks - lines * n // chunks for n in range(chunks)]


def of_event(world: World, event: Event) -> Bools:
    """[S] the series that an event acts on."""
    mine: Bools = world.origin == world.catalogue.origins.index(event.origin)
    if event.product:
        mine = mine & (world.product == world.catalogue.products.index(event.product))
    return mine


def _rates(world: World, place: int) -> Floats:
    """[S] expected volume of declarations in a month, relative to the same in other months."""
    chance = generator(world.parameters.seed, Stream.MONTH, place, 0)
    angle = 2 * np.pi * (place + world.parameters.first_month - world.peak) / MONTHS_A_YEAR
    season = 1.0 + world.season * np.cos(angle)
    noise = np.exp(chance.normal(0.0, 0.12, len(world.weight)))
    rates: Floats = world.weight * season[world.product] * np.exp(world.growth * place) * noise
    for event in world.events:
        if event.active(place):
            rates[of_event(world, event)] *= event.size
    return rates


def _series(
    known: Catalogue, events: tuple[Event, ...], chance: np.random.Generator
) -> tuple[Ints, Ints, Floats]:
    """Which pairs of product and origin trade, and their weights; those of events trade for certain."""
    shape = (len(known.products), len(known.origins))
    density = np.minimum(1.0, 0.06 + 2.0 * known.origin_size / known.origin_size.max())
    trades = chance.random(shape) < density
    trades[np.arange(shape[0]), chance.integers(0, shape[1], shape[0])] = True  # no product without an origin
    pair = np.exp(chance.normal(0.0, 1.2, shape)) * known.origin_size * trades
    size = known.product_size.copy()
    for event in events:
        if event.product:
            of = known.products.index(event.product)
            size[of] = max(size[of], 2.0 * float(np.quantile(known.product_size, 0.75)))
            _made_steady(pair[of], known.origins.index(event.origin))
    pair *= (size / pair.sum(axis=1))[:, None]
    product, origin = np.nonzero(pair)
    return product, origin, pair[product, origin]


def _made_steady(row: Floats, origin: int) -> None:
    """Bring an origin's share of a product between the least share and twice that, and leave it others."""
    others = row.sum() - row[origin]
    if others == 0.0:
        row[(origin + 1) % len(row)] = others = 1.0
    least = others * _LEAST_SHARE / (1.0 - _LEAST_SHARE)
    row[origin] = np.clip(row[origin], least, 2.0 * least)


def _allotted(lines: int, volume: Floats) -> Ints:
    """Lines to months in proportion to their volume, by the largest remainder; they sum to `lines`."""
    exact = lines * volume / volume.sum()
    whole: Ints = np.floor(exact).astype(np.int64)
    first: AnyArray = np.argsort(whole - exact, kind="stable")[: lines - int(whole.sum())]
    whole[first] += 1
    return whole


def _products(event: Event) -> list[str]:
    other = [event.other] if event.kind is Kind.CODE_SWITCH else []
    return [event.product, *other] if event.product else other


def _origins(event: Event) -> list[str]:
    return [event.origin, event.other] if event.kind is Kind.ORIGIN_SWITCH else [event.origin]
