"""The goods items of one chunk of a month: declarations drawn, items priced, events applied to them."""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.ledger.pages import Rows
from tidegauge.domain.periods import first_day
from tidegauge.scenario.events import Kind
from tidegauge.scenario.parameters import Stream, generator
from tidegauge.scenario.world import MonthState, World, chunk_sizes, of_event

ABSENT: Final = -1  # an empty field
ACCEPT, AMEND, CANCEL = range(3)
# Requested and previous procedure, whether it releases an import, and how often it is met. 40 release, 42
# with exemption from VAT, 61 returned goods; 51 inward processing and 71 warehouse are not imports yet.
PROCEDURES: Final = (
    ("40", "00", True, 0.88), ("42", "00", True, 0.05), ("61", "21", True, 0.01),
    ("51", "00", False, 0.03), ("71", "00", False, 0.03),
)  # fmt: skip
OFFICES: Final = 60
DAY_S: Final = 86_400

# One version of one goods item. Codes are places in the catalogue; ABSENT is an empty field.
ROW: Final = np.dtype(
    [
        ("declaration", "<i8"), ("delivered_s", "<i8"), ("accepted_s", "<i8"), ("mass_g", "<i8"),
        ("gross_g", "<i8"), ("pieces", "<i8"), ("cents", "<i8"), ("item", "<i4"), ("product", "<i4"),
        ("importer", "<i4"), ("exporter", "<i4"), ("version", "<i2"), ("origin", "<i2"), ("dispatch", "<i2"),
        ("office", "<i2"), ("action", "i1"), ("procedure", "i1"), ("clears_mass", "i1"),
    ]
)  # fmt: skip

_MORE_ITEMS: Final = 0.55  # chance that an item is a declaration's last
_MOST_ITEMS: Final = 40
_FIRMS_A_SERIES: Final = 24
_NO_MASS, _NO_VALUE, _NO_IMPORTER = 0.015, 0.005, 0.003
_ZIPF: Final = 1.1
_OPENS_S, _OPEN_S = 6 * 3600, 14 * 3600
GRADE_SHARES: Final = np.array([0.5, 0.35, 0.15])  # of the lines, the cheapest first


def month_span_s(world: World, place: int) -> tuple[int, int]:
    """First second of a month of the scenario and of the next, since 1970."""
    days = [first_day(world.parameters.first_month + place + n) for n in (0, 1)]
    first, after = np.array(days, "datetime64[D]").astype(np.int64) * DAY_S
    return int(first), int(after)


def chunk_ends_s(world: World, place: int) -> list[int]:
    """When each chunk of a month is over; the last with the month."""
    count = len(chunk_sizes(world, place))
    ends = _moments(world, place, np.arange(1, count + 1) / count)
    return [*ends.tolist()[:-1], month_span_s(world, place)[1]] if count else []


def chunk_lines(world: World, state: MonthState, chunk: int) -> Rows:
    """The first versions of a chunk's goods items, in order of acceptance: ROW [n]."""
    sizes = chunk_sizes(world, state.place)
    chance = generator(world.parameters.seed, Stream.CHUNK, state.place, chunk, 0)
    items, declaration = _items(sizes[chunk], chance)
    count = int(declaration[-1]) + 1
    first_id = int(world.lines[: state.place].sum()) + sum(sizes[:chunk])
    series = np.searchsorted(state.cumulative, chance.random(count) * state.cumulative[-1], side="right")
    moments = np.sort((chunk + chance.random(count)) / len(sizes))
    rows = np.zeros(sizes[chunk], ROW)
    rows["declaration"], rows["item"], rows["version"] = first_id + declaration, items, 1
    rows["accepted_s"] = _moments(world, state.place, moments)[declaration]
    procedure = np.cumsum([share for *_, share in PROCEDURES])
    rows["procedure"] = np.searchsorted(procedure, chance.random(count) * procedure[-1])[declaration]
    rows["office"] = (OFFICES * chance.random(count) ** 3).astype(np.int64)[declaration]
    importer, exporter = _firms(world, series, chance)
    rows["importer"], rows["exporter"] = importer[declaration], exporter[declaration]
    rows["product"], rows["origin"] = world.product[series][declaration], world.origin[series][declaration]
    rows["dispatch"] = rows["origin"]
    kg, eur = _amounts(world, state, series[declaration], chance)
    eur *= _events(world, state, series[declaration], rows, chance)
    _fill(world, rows, kg, eur, chance)
    return rows


def _items(lines: int, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Item number and declaration (from 0) of exactly so many lines."""
    sizes = np.minimum(chance.geometric(_MORE_ITEMS, lines), _MOST_ITEMS)
    ends = np.cumsum(sizes)
    declaration = np.searchsorted(ends, np.arange(lines), side="right")
    starts = ends - sizes
    return np.arange(lines) - starts[declaration] + 1, declaration


def _moments(world: World, place: int, shares: Floats) -> Ints:
    """Seconds since 1970 at which shares of a month's declarations are reached; few come at week ends."""
    start, after = month_span_s(world, place)
    first = start // DAY_S
    weekday = (np.arange(first, after // DAY_S) + 3) % 7  # 1970-01-01 is a Thursday; Monday is 0
    weights = np.choose(np.maximum(weekday - 4, 0), [1.0, 0.3, 0.1])
    reached = np.append(0.0, np.cumsum(weights / weights.sum()))
    days = np.interp(shares, reached, np.arange(len(reached)))
    whole = np.minimum(np.floor(days), len(weights) - 1)
    moments: Ints = (
        (first + whole.astype(np.int64)) * DAY_S
        + _OPENS_S
        + np.floor((days - whole) * _OPEN_S).astype(np.int64)
    )
    return moments


def importers(world: World) -> int:
    """How many importers there are."""
    return max(50, world.parameters.lines // 400)


def _firms(world: World, series: Ints, chance: np.random.Generator) -> tuple[Ints, Ints]:
    """Importer and exporter of declarations: each series has a circle of its own, by Zipf's law."""
    rank = np.minimum(chance.geometric(0.2, len(series)), _FIRMS_A_SERIES).astype(np.uint64)
    mixed = (series.astype(np.uint64) * np.uint64(_FIRMS_A_SERIES + 1) + rank) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    share = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    chances = np.cumsum(np.arange(1, importers(world) + 1) ** -_ZIPF)
    importer = np.searchsorted(chances, share * chances[-1])
    importer = np.where(chance.random(len(series)) < _NO_IMPORTER, ABSENT, importer)
    return importer, (series * 4 + np.minimum(rank, 4).astype(np.int64) - 1)


def _amounts(
    world: World, state: MonthState, series: Ints, chance: np.random.Generator
) -> tuple[Floats, Floats]:
    """Mass and value of lines: log-normal shipments at the price of one of the product's grades."""
    product, count = world.product[series], len(series)
    kg = world.shipment_kg[product] * np.exp(chance.normal(0.0, 0.8, count))
    grade = np.searchsorted(np.cumsum(GRADE_SHARES)[:-1], chance.random(count))
    noise = np.exp(chance.normal(0.0, 0.06, count))
    return kg, kg * state.price[series] * world.level[product, grade] * noise


def _events(world: World, state: MonthState, series: Ints, rows: Rows, chance: np.random.Generator) -> Floats:
    """Factor on the value of lines; lines of a switch are declared elsewhere (the goods travel as before)."""
    factor = np.ones(len(rows))
    for event in world.events:
        touched = chance.random(len(rows)) < event.share  # also where it is not active: alike chance
        if not event.active(state.place):
            continue
        touched &= of_event(world, event)[series]
        if event.kind is Kind.UNDERVALUATION:
            factor[touched] *= event.price
        elif event.kind is Kind.ORIGIN_SWITCH:
            rows["origin"][touched] = world.catalogue.origins.index(event.other)
        elif event.kind is Kind.CODE_SWITCH:
            rows["product"][touched] = world.catalogue.products.index(event.other)
    return factor


def _fill(world: World, rows: Rows, kg: Floats, eur: Floats, chance: np.random.Generator) -> None:
    """Write amounts in whole units, some of them missing."""
    grams = np.clip(np.rint(kg * 10.0), 1, 10**11).astype(np.int64) * 100
    piece = world.piece_kg[rows["product"]]
    pieces = np.rint(kg / np.where(piece > 0.0, piece, 1.0)).astype(np.int64)
    weighed = chance.random(len(rows)) >= _NO_MASS
    valued = chance.random(len(rows)) >= _NO_VALUE
    rows["mass_g"] = np.where(weighed, grams, ABSENT)
    rows["gross_g"] = np.where(weighed, grams * 104 // 10_000 * 100, ABSENT)
    rows["pieces"] = np.where(piece > 0.0, np.maximum(pieces, 1), ABSENT)
    rows["cents"] = np.where(valued, np.clip(np.rint(eur * 100.0), 1, 10**13).astype(np.int64), ABSENT)
