"""Random views that hold the oddities of real files: zeros, unknown figures, short spans, odd magnitudes."""

import numpy as np
from tests.unit.domain.books.records import capacities, events
from tests.unit.domain.rules.views import books_of, monthly, view

from tidegauge.domain.panel.view import Unit

_PRODUCTS = ["31022100", "720810", "7301", "85414300", "01"]
_ORIGINS = ["CN", "RU", "ZZ", "US"]
BEFORE = 48  # months of history before the columns


BOOKS = books_of(
    *events("2019-11-20", "310221", "7208"),
    *capacities("7301", 2020),
    *monthly("home_market", 3.0, last="2020-12"),
    *monthly("constructed", 2.0, product="72"),
    *monthly("constructed", 2.0, origin="BR", last="2020-06"),
    *monthly("domestic", 3.0, origin="BR", last="2020-12"),
    *monthly("trigger", 3.0, origin=None, market="BR", last="2020-12"),
    *(("subsidy", {"programme_id": one, "granting": "CN", "products": ["310221", "7208"], "source": "paper",
                   "benefit_ad_valorem": 2.0, "kind": "direct_transfer"}) for one in ("P1", "P2")),
)  # fmt: skip


def _origins(random, n):
    """Of each row one origin, several, or none; some of them pooled, some with nothing."""
    codes = random.permutation(["CN", "KR", "TW", "ZZ", "QR", "BR"])
    return [
        (row, code, float(random.choice([0.0, 1.0, 50.0])), float(random.choice([0.0, 2.0, 80.0])))
        for row in range(n)
        for code in codes[: random.integers(0, 7)].tolist()
    ]


def random_view(seed, unit, months=None, rows=None):
    """A view of up to 12 rows and 24 to 40 months (or as told), drawn from a seed."""
    random = np.random.default_rng(seed)
    n = int(random.integers(0, 12)) if rows is None else rows
    length = int(random.integers(24, 40)) if months is None else months

    def grid(low, high, gaps):
        figures = 10.0 ** random.uniform(low, high, size=(n, 1)) * random.lognormal(
            sigma=0.8, size=(n, length)
        )
        figures[random.random((n, length)) < gaps] = 0.0
        figures[random.random((n, 1))[:, 0] < 0.15, : length // 2] = 0.0
        return figures

    def holes(figures, part):
        figures[random.random(figures.shape) < part] = np.nan
        return figures

    quantity, value = grid(0, 7, 0.1), grid(2, 8, 0.1)
    reference = grid(3, 7, 0.05)
    # the years before the columns: a trend, or nothing, and holes
    before = np.exp(random.uniform(-0.03, 0.03, size=(n, 1)) * np.arange(-BEFORE, 0))
    before = before * random.lognormal(sigma=0.3, size=(n, BEFORE)) * (random.random((n, BEFORE)) < 0.95)
    earlier = before * 10.0 ** random.uniform(0, 7, size=(n, 1))
    made = view(
        quantity.reshape(n, length),
        value.reshape(n, length),
        month=f"2020-{random.integers(1, 13):02d}",
        unit=unit,
        product=random.choice(_PRODUCTS, size=n) if n else "31022100",
        origin=random.choice(_ORIGINS, size=n) if n and unit is Unit.SERIES else "",
        total_quantity=quantity * random.uniform(1, 5, size=(n, 1)),
        reference_quantity=holes(reference, 0.01),
        reference_value=reference * random.uniform(0.5, 50, size=(n, 1)),
        reference_undeclared=reference * random.uniform(0, 1, size=(n, 1)),
        alertable=random.random(n) < 0.9,
        span_start=random.choice(["1990-01", "2018-01", "2019-06", "2020-03"], size=n) if n else "1990-01",
        closed=random.random(n) < 0.8,
        benchmark=holes(random.uniform(0.1, 3, size=(n, length)), 0.02 if seed % 2 else 0.0),
        usd_rate=holes(random.uniform(0.5, 2, size=(n, length)), 0.01),
        seller_rate=holes(random.uniform(0.5, 2, size=(n, length)), 0.01),
        books=BOOKS if seed % 3 else None,
        production=random.choice([0.0, 1.0, np.nan], size=n),
        rates={} if seed % 5 == 0 else {("EUR", "USD"): 1.25},
        history=np.concatenate([earlier, quantity], axis=1),
        value_history=np.concatenate([earlier * random.uniform(0.5, 2.0, size=(n, 1)), value], axis=1),
        origins=_origins(random, n),
        reported=random.random(length) < (0.95 if seed % 3 == 0 else 2.0),
        vintage=holes(24_200.0 + np.arange(length) + random.integers(0, 9, length), 0.2),
    )
    made.quantity[random.random((n, length)) < 0.002] = np.nan
    made.quantity[random.random((n, length)) < 0.01] *= -1.0  # a correction took back more than there was
    return made
