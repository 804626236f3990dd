"""Made-up trade of a plausible shape: heavy-tailed products and origins, noise, seasons, a few surges."""

from dataclasses import dataclass

import numpy as np

from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_number
from tidegauge.domain.currencies import HOME_CURRENCY
from tidegauge.domain.ledger.contributions import COLUMNS
from tidegauge.domain.panel.panel import NEVER, Panel
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.step import PartitionStep

_NAMES = (
    "CN US DE JP IN KR IT FR NL BE ES GB RU TR TW TH VN MY ID MX CA CH AT PL CZ SE AR CL ZA SA EG IL AE UA "
    "BY KZ NO FI DK PT RO HU GR IE SG PH PK BD AU NZ CO PE MA TN JO QA KW OM LT LV"
)
COUNTRIES = tuple(_NAMES.split())
FIRST = int(month_number("2018-01"))
FLOWS = Feed("BR", "official", "EUR", "CIF", "NCM")
DECLARED = Feed("BR", "declarations", "EUR", "CIF", "NCM")
_ROW = dict(COLUMNS)


@dataclass(frozen=True, slots=True)
class World:
    """Series and their usual monthly trade."""

    product: Ints  # [n] codes.product_number
    origin: Ints  # [n] codes.country_number
    mass_kg: Floats  # [n] a usual month
    price: Floats  # [n] a usual unit value
    busy: Floats  # [n] the part of months with trade

    def __len__(self) -> int:
        """How many series."""
        return len(self.product)


def world(series: int, seed: int = 7) -> World:
    """So many series: about twelve origins a product, few with most of the trade."""
    random = np.random.default_rng(seed)
    sizes = np.minimum(1 + random.geometric(1 / 11, series), len(COUNTRIES))
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), series)) + 1]
    owner = np.repeat(np.arange(len(sizes)), sizes)[:series]
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner)
    numbers = np.array([country_number(code) for code in COUNTRIES], np.int64)
    origin = numbers[(owner * 7 + rank) % len(numbers)]
    product = 8 * 10**10 + 10_000_000 + owner * 37 % 89_000_000
    mass = 10 ** random.normal(5.0, 1.0, len(sizes))[owner] / (1 + rank) ** 1.2
    price = 10 ** random.normal(0.3, 0.6, len(sizes))[owner] * random.lognormal(0, 0.15, len(owner))
    busy = np.clip(0.25 + 0.12 * np.log10(mass), 0.2, 1.0)
    return World(product, origin, mass, price, busy)


def month_block(of: World, month: int, feed: Feed = FLOWS, seed: int = 11) -> Block:
    """One month of every busy series as one block; every hundredth series surges over the last year."""
    random = np.random.default_rng(seed + month)
    rows = np.flatnonzero(random.random(len(of)) < of.busy)
    season = 1 + 0.2 * np.cos(2 * np.pi * (month % 12) / 12)
    mass = of.mass_kg[rows] * season * random.lognormal(0, 0.35, len(rows))
    price = of.price[rows] * random.lognormal(0, 0.08, len(rows))
    if month >= FIRST + 60:
        hit = rows % 100 == 0
        mass, price = np.where(hit, 2 * mass, mass), np.where(hit, 0.85 * price, price)
    return contributions(of, rows, month, mass, mass * price, feed)


def contributions(  # noqa: PLR0913, PLR0917 - columns of a block
    of: World, rows: Ints, month: int, mass_kg: Floats, value: Floats, feed: Feed
) -> Block:
    """Rows of one month as a CONTRIBUTIONS block; raw offsets never fall behind the watermark."""
    count = len(rows)
    filled = {
        "product": of.product[rows],
        "origin": of.origin[rows],
        "month": np.full(count, month),
        "week": np.full(count, -1),
        "sign": np.ones(count),
        "mass_g": np.round(mass_kg * 1000),
        "has_mass": np.ones(count),
        "unit": np.full(count, -1),
        "value_e4": np.round(value * 10_000),
        "has_value": np.ones(count),
        "raw_offset": np.full(count, month),
    }
    empty = np.zeros(count)
    columns = {name: filled.get(name, empty).astype(dtype) for name, dtype in _ROW.items()}
    header = {
        "feeds": [[feed.reporter, feed.source, feed.currency, feed.value_basis, feed.nomenclature]],
        "units": [],
        "vintages": [""],
        "raw_partition": month,  # a raw partition a month, so that any month may be written at any time
    }
    return Block(BlockKind.CONTRIBUTIONS, header, columns)


def rules_block() -> Block:
    """The default rules with thresholds in the feed's own currency, live from the first month."""
    row = {**Ruleset.default().to_record(), "live_from": FIRST}
    return Block(BlockKind.RECORDS, {"record": "ruleset", "rows": [row]})


def fx_block() -> Block:
    """A rate for every currency and month."""
    rates = [
        {
            "currency": currency,
            "base": "EUR",
            "period": month_text(month),
            "rate": 1.0 + place,
            "source": "made up",
        }
        for place, currency in enumerate(sorted(set(HOME_CURRENCY.values()) - {"EUR"}))
        for month in range(FIRST, FIRST + 84)
    ]
    return Block(BlockKind.RECORDS, {"record": "fx", "rows": rates})


def filled(step: PartitionStep, of: World, months: int, feed: Feed = FLOWS) -> int:
    """Enter so many months and call them evaluated; returns the last month."""
    for month in range(FIRST, FIRST + months):
        step.panel.apply(month_block(of, month, feed))
        forget(step.panel)
    settle(step.panel, FIRST + months - 1)
    return FIRST + months - 1


def settle(panel: Panel, month: int) -> None:
    """As if every month through this one had been closed and evaluated."""
    panel.pending_from.used()[:] = NEVER
    panel.evaluated_to.used()[:] = month
    for state in panel.feeds:
        state.closed_to = month


def forget(panel: Panel) -> None:
    """Drop the notes of what changed, as a checkpoint does."""
    panel.take_changed_months()
    for name in panel.rings:
        panel.take_touched(name)


def mark(month: int | None, as_of: str, feed: Feed | None = FLOWS, reason: str = "file_period") -> Block:
    """A mark for one feed (None: of declarations)."""
    named = None if feed is None else [feed.reporter, feed.source]
    return Block(BlockKind.MARK, {"as_of": as_of, "reason": reason, "closes": month, "feed": named})
