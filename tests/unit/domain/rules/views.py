"""Makes views for tests of rules: figures per month in, a full PanelView out."""

from dataclasses import replace

import numpy as np

from tidegauge.domain.areas import DEFAULT_AREAS, here
from tidegauge.domain.books import Books
from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.panel.book_reader import BookReader
from tidegauge.domain.panel.concerns import concerned
from tidegauge.domain.panel.line_figures import Lines
from tidegauge.domain.panel.panel import FeedState, Panel
from tidegauge.domain.panel.row_books import RowBooks
from tidegauge.domain.panel.view import Feed, Origins, PanelView, Products, Supplementary, Unit
from tidegauge.domain.panel.weeks import Weeks
from tidegauge.domain.periods import month_number, month_text

BRAZIL = Feed("BR", "comexstat", "USD", "FOB", "NCM")
EURO_RATE = {("EUR", "USD"): 1.25, ("EUR", "EUR"): 1.0, ("USD", "USD"): 1.0}


def view(  # noqa: PLR0913 - every argument is one field of the view
    quantity,
    value,
    *,
    lines=None,
    weeks=None,
    month="2020-12",
    unit=Unit.SERIES,
    product="31022100",
    origin="CN",
    feed=BRAZIL,
    total_quantity=None,
    reference_quantity=None,
    reference_value=None,
    reference_undeclared=None,
    alertable=True,
    span_start="1990-01",
    code_since="",
    closed=True,
    benchmark=np.nan,
    benchmark_name="",
    usd_rate=np.nan,
    seller_rate=np.nan,
    seller_currency="",
    production=np.nan,
    rates=EURO_RATE,
    history=None,
    value_history=None,
    origins=None,
    reported=True,
    vintage=np.nan,
    supplementary=0.0,
    supplementary_unit="",
    books=None,
    scope_id="",
):
    """A view of n rows; quantity and value are [T] or [n, T] with the last column at `month`.

    Everything else is broadcast to them. Money is in US dollars at 1.25 to the euro; `rates` {} has no rate.
    `history` and `value_history` [n, H] are what the histories read; without them, zeros stand before the
    columns. `origins` are (row, code, kg, value) of the origins behind the rows' products.
    `books`: see `books_of`.
    """
    quantity = np.atleast_2d(np.asarray(quantity, dtype=float))
    n, length = quantity.shape
    last = month_number(month)

    def grid(figures, default):
        return np.broadcast_to(np.asarray(default if figures is None else figures, float), (n, length)).copy()

    def column(figure):
        return np.broadcast_to(np.asarray(figure), (n,)).copy()

    values = grid(value, 0.0)
    past = quantity if history is None else np.atleast_2d(np.asarray(history, dtype=float))
    past_value = values if value_history is None else np.atleast_2d(np.asarray(value_history, dtype=float))

    def since(figures, rows, first):
        held = np.concatenate([np.zeros((n, 600)), figures], axis=1)
        return held[np.asarray(rows)][:, held.shape[1] - (last - first + 1) :]

    def paired_history(rows, first):
        kg, money = since(past, rows, first), since(past_value, rows, first)
        return np.where(money > 0, kg, 0.0), np.where(kg > 0, money, 0.0)

    def origins_of(rows, _first, _last):
        found = [(at, *one) for at, row in enumerate(rows) for own, *one in origins or () if own == row]
        row, code, kg, money = zip(*found, strict=True) if found else ((), (), (), ())
        return Origins(
            np.array(row, dtype=np.int64),
            np.array([country_number(one) for one in code], dtype=np.int64),
            np.array(kg, dtype=float),
            np.array(money, dtype=float),
            np.array([one not in {"ZZ", "QR", feed.reporter} for one in code], dtype=bool),
        )

    def months_of(texts):
        return column([month_number(text) if text else 0 for text in np.atleast_1d(texts)]).astype(np.int64)

    def to_feed(amount, currency):
        rate = 1.0 if currency == "feed" else rates.get((currency, feed.currency), np.nan)
        return np.full(n, amount * rate)

    state = FeedState(feed, last_month=last)
    ground = Panel()
    ground.feeds.append(state)
    reader = BookReader(ground, books or Books(), lambda reporter, when: here(DEFAULT_AREAS, reporter, when))
    feed_place = np.zeros(n, dtype=np.int64)
    products = column([product_number(code) for code in np.atleast_1d(product)])
    sellers = column([country_number(code) if code else 0 for code in np.atleast_1d(origin)])
    return PanelView(
        unit=unit,
        month=last,
        months=np.arange(last - length + 1, last + 1),
        feeds=(feed,),
        feed=feed_place,
        product=products,
        scope_id=scope_id if isinstance(scope_id, tuple) else (scope_id,) * n,
        basis=("kg",) * n,
        origin=sellers,
        quantity=quantity,
        value=values,
        paired_quantity=np.where(values > 0, quantity, 0.0),
        paired_value=np.where(quantity > 0, values, 0.0),
        total_quantity=grid(total_quantity, quantity * 4.0),
        total_value=grid(None, values * 4.0),
        reference_quantity=grid(reference_quantity, np.nan),
        reference_value=grid(reference_value, np.nan),
        reference_undeclared=grid(reference_undeclared, 0.0),
        alertable=column(alertable),
        span_start=np.maximum(months_of(span_start), months_of(code_since)),
        code_since=months_of(code_since),
        closed=column(closed),
        benchmark=grid(benchmark, 0.0),
        benchmark_name=(benchmark_name,) * n,
        usd_rate=grid(usd_rate, 0.0),
        seller_rate=grid(seller_rate, 0.0),
        seller_currency=(seller_currency,) * n,
        production=column(production).astype(float),
        to_feed=to_feed,
        lines=lines or Lines.none(n),
        weeks=weeks or Weeks.none(n),
        concerns=lambda read: concerned(reader.codes(tuple(read)), products),
        quantity_history=lambda rows, first: since(past, rows, first),
        paired_history=paired_history,
        origins=origins_of,
        products=lambda _rows, _first, _last: Products(*(np.empty(0, np.int64) for _ in range(4))),
        reported=np.broadcast_to(np.asarray(reported, dtype=bool), (1, length)).copy(),
        vintage=np.broadcast_to(np.asarray(vintage, dtype=float), (1, length)).copy(),
        supplementary=lambda: Supplementary(grid(supplementary, 0.0), (supplementary_unit,) * n),
        books=RowBooks.beside(reader, feed_place, products, sellers, range(last - length + 1, last + 1)),
    )


def books_of(*records):
    """Books that hold records, each a (kind, row)."""
    books = Books()
    for kind, row in records:
        books.take(kind, row)
    return books


def monthly(kind, value, months=96, last="2024-12", **fields):
    """Price records of a kind, one a month at `value` (or values); fields that are None are left out."""
    values = np.broadcast_to(value, (len(value) if np.ndim(value) else months,)).tolist()
    made = {
        "source": "paper", "kind": kind, "product": "31022100", "origin": "CN", "currency": "USD",
        "unit": "kg", **fields,
    }  # fmt: skip
    first = month_number(last) - len(values) + 1
    row = {name: said for name, said in made.items() if said is not None}
    return [
        ("price", {**row, "price": one, "period": month_text(first + place)})
        for place, one in enumerate(values)
    ]


def two_years(before, now):
    """24 months: `before` in each of the first 12, `now` in each of the last."""
    return np.repeat([before, now], 12).astype(float)


def changed(made, **fields):
    """A view with some fields replaced."""
    return replace(made, **fields)
