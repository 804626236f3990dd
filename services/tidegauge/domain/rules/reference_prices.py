"""Published reference and trigger prices beside the rows of a view, and the lines that lie below them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints
from tidegauge.domain.books.newest import Record
from tidegauge.domain.books.units import KILOGRAM, in_kilograms
from tidegauge.domain.codes import country_code
from tidegauge.domain.panel.line_figures import Steps
from tidegauge.domain.panel.row_books import Read
from tidegauge.domain.panel.unit_values import BINS, prices_at
from tidegauge.domain.panel.view import PanelView
from tidegauge.domain.periods import month_number
from tidegauge.domain.trade_remedy.special_safeguard import additional_duty

GROSS: Final = "kg gross"  # the unit of a reference price that its notice sets per gross kilogram
READS: Final = (Read("prices", "trigger"), Read("prices", "trigger", GROSS), Read("triggers"))
SSG: Final = "SSG"
_EXACT: Final = 1.0 + 1e-9


@dataclass(frozen=True, slots=True)
class References:
    """The price that lines of each row are held to: a special safeguard's, per gross kg, else per net kg."""

    price: Floats  # [n] in the feed's currency; NaN where there is none
    safeguard: Bools  # [n] the trigger price of a special safeguard, on c.i.f. values
    gross: Bools  # [n] per gross kg
    name: tuple[str, ...]  # [n] the instrument or the source


@dataclass(frozen=True, slots=True)
class Below:
    """Lines of the month below their row's price, in steps of 2.2 %: no fewer than these."""

    lines: Ints  # [n]
    below: Ints  # [n]
    shortfall: Floats  # [n] mean part of the price by which those lie below it
    duty: Floats  # [n] mean additional duty a kg on those, where it is a special safeguard's


def references(view: PanelView) -> References:
    """The references in force in the month, in the order in which they go before one another."""
    net, gross = (view.books.prices("trigger", per) for per in (KILOGRAM, GROSS))
    safeguard, instrument = _safeguards(view)
    columns = [safeguard, *(_last(one.values) for one in (gross, net))]
    first = np.argmax(np.isfinite(np.stack(columns)), axis=0)
    price = np.stack(columns)[first, np.arange(len(view))]
    texts = (instrument, gross.names, net.names)
    return References(
        price=price,
        safeguard=np.isfinite(safeguard),
        gross=(first == 1) & np.isfinite(price),
        name=tuple(texts[which][row] for row, which in enumerate(first.tolist())),
    )


def volume_exceeded(view: PanelView) -> Bools:
    """[n] rows whose product alone passed the level of a special safeguard's volume trigger before."""
    found = view.books.triggers()
    level = found.numbers("level") * _sizes(found.records)
    summed = np.concatenate([np.zeros((len(view), 1)), np.cumsum(view.total_quantity, axis=1)], axis=1)
    start = view.month - len(view.months) + 1
    first = np.array([month_number(str(one["valid_from"])[:7]) for one in found.records], np.int64)
    places = np.clip(first - start, 0, len(view.months) - 1)
    taken = summed[found.row, max(len(view.months) - 1, 0)] - summed[found.row, places]
    over = np.array([SSG in str(one["instrument"]) for one in found.records], np.bool_) & (taken > level)
    exceeded = np.zeros(len(view), np.bool_)
    exceeded[found.row[over & (first >= start)]] = True
    return exceeded


def below(view: PanelView, held_to: References) -> Below:
    """The lines of the month against the prices; those under a quota pay no additional duty: left out."""
    parts = [_cells(view, "net", ~held_to.gross, 1), _cells(view, "gross_mass", held_to.gross, 1),
             _cells(view, "quota", held_to.safeguard, -1)]  # fmt: skip
    row, step, lines = (np.concatenate(one) for one in zip(*parts, strict=True))
    price = held_to.price[row]
    under = (prices_at(step + 1.0) <= price * _EXACT) & (step < BINS - 1)
    middle, n = prices_at(step + 0.5), len(view)
    counted = np.where(under, lines, 0)
    total = np.bincount(row, counted, n).astype(np.float64)
    safe = np.where(under, price, 1.0)
    duty = np.where(under, additional_duty(safe, middle), 0.0)
    return Below(
        lines=np.bincount(row, lines, n).astype(np.int64),
        below=total.astype(np.int64),
        shortfall=_mean(_by_row(row, counted * (1.0 - middle / safe), n), total),
        duty=np.where(held_to.safeguard, _mean(_by_row(row, counted * duty, n), total), np.nan),
    )


def _cells(view: PanelView, tally: str, chosen: Bools, sign: int) -> tuple[Ints, Ints, Ints]:
    """(row, step, signed lines) of the chosen rows in the month."""
    rows = np.flatnonzero(chosen)
    found: Steps = view.lines.take(rows).steps(tally, view.month, view.month)
    return rows[found.row], found.step, found.lines * sign


def _safeguards(view: PanelView) -> tuple[Floats, tuple[str, ...]]:
    """[n] each: the trigger price a kg of a special safeguard on the row's scope, and its instrument."""
    found = view.books.triggers()
    price = found.numbers("trigger_price") / _sizes(found.records)
    currencies = [str(one.get("currency") or "") for one in found.records]
    for currency in sorted(set(currencies)):
        mine = np.array([one == currency for one in currencies], np.bool_)
        price[mine] *= view.to_feed(1.0, currency)[found.row[mine]] if currency else np.nan
    origins = [country_code(code) for code in view.origin[found.row].tolist()]
    meant = [
        SSG in str(record["instrument"]) and (not record.get("origins") or origin in record["origins"])
        for record, origin in zip(found.records, origins, strict=True)
    ]
    usable = np.flatnonzero(np.isfinite(price) & np.array(meant, np.bool_))
    rows, first = np.unique(found.row[usable], return_index=True)
    prices, names = np.full(len(view), np.nan), [""] * len(view)
    prices[rows] = price[usable[first]]
    for row, place in zip(rows.tolist(), usable[first].tolist(), strict=True):
        names[row] = str(found.records[place]["instrument"])
    return prices, tuple(names)


def _sizes(records: tuple[Record, ...]) -> Floats:
    """[e] kilograms in one unit of a level or price, NaN where it is no mass."""
    units = [in_kilograms(str(record["unit"])) for record in records]
    return np.array([size if unit == KILOGRAM else np.nan for unit, size in units], np.float64)


def _last(values: Floats) -> Floats:
    return values[:, -1] if values.shape[1] else np.full(len(values), np.nan)


def _by_row(row: Ints, amounts: Floats, n: int) -> Floats:
    return np.bincount(row, amounts, n).astype(np.float64)


def _mean(total: Floats, lines: Floats) -> Floats:
    some = lines > 0
    return np.where(some, total / np.where(some, lines, 1.0), np.nan)
