"""The figures behind the charts: stored as they become known, read as they were known at any instant."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import RowMapping, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.codes import country_code, subject_code
from tidegauge.domain.periods import month_text
from tidegauge.intake.tables import Figure, FigureFeed
from tidegauge.runtime.wire import UndecodableError

_AMOUNTS = ("mass_g", "quantity_milli", "value_e4", "lines", "paired_mass_g", "paired_value_e4")
_G_A_KG = 1_000
_E4 = 10_000
_FOREVER = "9999"  # sorts behind every instant


@dataclass(frozen=True, slots=True)
class Asked:
    """Which series, as known when."""

    reporter: str
    product: str
    origin: str = ""  # empty: the sum over all origins
    source: str = ""  # empty: the only one there is
    as_of: str = ""  # RFC 3339; empty: now


@dataclass(frozen=True, slots=True)
class Series:
    """Monthly figures of one product from one origin (or all); gaps inside the span are zero."""

    reporter: str
    source: str
    product: str
    origin: str
    currency: str = ""
    as_of: str = ""
    months: list[str] = field(default_factory=list)  # YYYY-MM
    quantity_kg: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)  # in `currency`
    unit_value: list[float | None] = field(default_factory=list)  # currency/kg; None: cannot be said


class SeveralSourcesError(ValueError):
    """More than one source reports the series, and none was named."""


def store_block(session: Session, block: Block) -> int:
    """Add the rows of a FIGURES block; gives their number. Raises UndecodableError if it is not one."""
    if block.kind is not BlockKind.FIGURES:
        raise UndecodableError(f"a block of {block.kind} on the log of figures")
    try:
        known_from, feeds = (
            str(block.header["as_of"]),
            [tuple(map(str, feed)) for feed in block.header["feeds"]],
        )
        columns = {name: block.columns[name] for name in ("feed", "product", "origin", "month", *_AMOUNTS)}
        feed_numbers = [_spread(feeds, columns.pop("feed"))]
        spell = partial(subject_code, scopes=block.header.get("scopes", []))
        texts = [_coded(columns.pop("product"), spell), _coded(columns.pop("origin"), country_code)]
    except (KeyError, IndexError, ValueError) as error:
        raise UndecodableError(f"not a block of figures: {error!r}") from error
    ids = {feed: feed_id(session, feed) for feed in set(feed_numbers[0])}
    rows = [
        dict(zip(_COLUMNS, (ids[feed], product, origin, known_from, *amounts), strict=True))
        for feed, product, origin, *amounts in zip(
            feed_numbers[0], *texts, *(column.tolist() for column in columns.values()), strict=True
        )
    ]
    if rows:
        session.connection().execute(insert(Figure), rows)
    return len(rows)


_COLUMNS = ("feed_id", "product", "origin", "known_from", "month", *_AMOUNTS)


def _spread(feeds: list[tuple[str, ...]], numbers: Any) -> list[tuple[str, ...]]:
    return [feeds[number] for number in numbers.tolist()]


def _coded(numbers: Any, code: Any) -> list[str]:
    """The codes of a column of whole numbers; each different number is spelled once."""
    different, places = np.unique(numbers, return_inverse=True)
    spelled = [code(number) for number in different.tolist()]
    return [spelled[place] for place in places.tolist()]


def feed_id(session: Session, feed: tuple[str, ...]) -> int:
    """The id of a feed (reporter, source, currency, value_basis, nomenclature), added where it is new."""
    reporter, source, currency, value_basis, nomenclature = feed
    names: dict[str, Any] = {
        "reporter": reporter,
        "source": source,
        "currency": currency,
        "value_basis": value_basis,
        "nomenclature": nomenclature,
    }
    found = session.exec(select(FigureFeed).filter_by(**names)).first()
    if found is None:
        found = FigureFeed(**names)
        session.add(found)
        session.flush()
    if found.id is None:
        raise RuntimeError("the feed has not been written")
    return found.id


def series(session: Session, asked: Asked) -> Series:
    """The monthly series that was asked for; no months where nothing is known.

    Raises SeveralSourcesError when sources overlap and none is named: they are never spliced.
    """
    feeds = _feeds(session, asked)
    if not feeds:
        return Series(asked.reporter, asked.source, asked.product, asked.origin, as_of=asked.as_of)
    ids = [feed.id for feed in feeds if feed.currency == feeds[0].currency]
    rows = session.connection().execute(_newest(ids, asked)).mappings().all()
    span = _span(session, ids, asked) if rows else (0, -1)
    return _filled(asked, feeds[0], {row["month"]: row for row in rows}, span)


def _feeds(session: Session, asked: Asked) -> list[FigureFeed]:
    query = select(FigureFeed).where(FigureFeed.reporter == asked.reporter)
    if asked.source:
        query = query.where(FigureFeed.source == asked.source)
    holds = select_columns(col(Figure.feed_id)).where(col(Figure.product) == asked.product).distinct()
    feeds = list(session.exec(query.where(col(FigureFeed.id).in_(holds)).order_by(col(FigureFeed.id))))
    sources = sorted({feed.source for feed in feeds})
    if len(sources) > 1:
        raise SeveralSourcesError(f"several sources report this series; name one of {', '.join(sources)}")
    return feeds


def _newest(ids: list[int | None], asked: Asked) -> Any:
    """SELECT month and summed amounts of the newest rows of each cell known at `as_of`."""
    age = func.row_number().over(
        partition_by=(col(Figure.origin), col(Figure.month)),
        order_by=(col(Figure.known_from).desc(), col(Figure.id).desc()),
    )
    cells = select_columns(
        col(Figure.month), age.label("age"), *(getattr(Figure, name) for name in _AMOUNTS)
    ).where(
        col(Figure.product) == asked.product,
        col(Figure.feed_id).in_(ids),
        col(Figure.known_from) <= (asked.as_of or _FOREVER),
    )
    cells = (
        cells.where(col(Figure.origin) == asked.origin)
        if asked.origin
        else cells.where(col(Figure.origin) != "")
    )
    newest = cells.subquery()
    sums = (func.sum(newest.c[name]).label(name) for name in _AMOUNTS)
    return select_columns(newest.c.month, *sums).where(newest.c.age == 1).group_by(newest.c.month)


def _span(session: Session, ids: list[int | None], asked: Asked) -> tuple[int, int]:
    """First and last month in which the feed knows the product from any origin."""
    first, last = (
        session.connection()
        .execute(
            select_columns(func.min(Figure.month), func.max(Figure.month)).where(
                col(Figure.product) == asked.product,
                col(Figure.feed_id).in_(ids),
                col(Figure.known_from) <= (asked.as_of or _FOREVER),
            )
        )
        .one()
    )
    return int(first), int(last)


def _filled(asked: Asked, feed: FigureFeed, rows: dict[int, RowMapping], span: tuple[int, int]) -> Series:
    months = range(span[0], span[1] + 1)
    empty = dict.fromkeys(_AMOUNTS, 0)
    cells = [rows.get(month, empty) for month in months]
    return Series(
        asked.reporter,
        feed.source,
        asked.product,
        asked.origin,
        feed.currency,
        asked.as_of,
        [month_text(month) for month in months],
        [int(cell["mass_g"]) / _G_A_KG for cell in cells],
        [int(cell["value_e4"]) / _E4 for cell in cells],
        [_unit_value(int(cell["paired_value_e4"]), int(cell["paired_mass_g"])) for cell in cells],
    )


def _unit_value(value_e4: int, mass_g: int) -> float | None:
    """Currency per kg over cells that have both value and mass; None without mass."""
    return (value_e4 / _E4) / (mass_g / _G_A_KG) if mass_g > 0 else None
