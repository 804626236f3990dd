"""Worlds in which every rule fires on some rows: steps, climbs, shocks, and doubtful data."""

import numpy as np
from tests.unit.domain.books.records import capacities, events
from tests.unit.domain.rules.declared import lines_of
from tests.unit.domain.rules.views import books_of, monthly, view

from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number, month_text

ROWS, MONTHS, COLUMNS = 40, 84, 36
TIME = np.arange(MONTHS) - MONTHS + 1  # months before the one under evaluation, 0 and less


def step(random):
    """Series that rise and cheapen a year ago, or come out of nothing."""
    late = TIME > -12
    rise = 1.0 + np.outer(random.choice([0.0, 1.0, 5.0], ROWS), late)
    rise *= (random.random((ROWS, 1)) < 0.8) | late
    return rise, np.where(late, random.choice([0.7, 1.0], (ROWS, 1)), 1.0)


def climb(random):
    """Series that rise and cheapen over all years."""
    volume = np.exp(random.choice([0.0, 0.01, 0.02], (ROWS, 1)) * TIME)
    return volume, np.exp(-0.005 * TIME) * rise_of(random)


def jump(random):
    """Series on a new level since some months."""
    return 1.0 + np.outer(random.choice([0.0, 4.0], ROWS), -random.integers(4, 12) < TIME), rise_of(random)


def lately(random):
    """Series that rise and cheapen since two months."""
    late = TIME > -2
    return 1.0 + np.outer(random.choice([0.0, 1.0, 5.0], ROWS), late), np.where(late, 0.7, 1.0)


def shock(random):
    """Series of which little comes in the last months, at a far higher price."""
    late = TIME > -3
    return np.where(late, random.choice([0.2, 0.9], (ROWS, 1)), 1.0), np.where(late, 2.0, rise_of(random))


def rise_of(random):
    return random.choice([1.0, 1.01], (ROWS, MONTHS))


PROGRAMME = {"programme_id": "P1", "granting": "CN", "products": ["310221"], "benefit_ad_valorem": 3.0,
             "source": "paper"}  # fmt: skip
BOOKS = books_of(
    *monthly("home_market", 1.0),
    ("subsidy", PROGRAMME),
    *monthly("domestic", 1.1, origin="BR"),
    *monthly("trigger", 1.0, origin=None, market="BR"),
    *events("2023-06-01", "310221"),
    *capacities("3102", 2024),
    *(
        (
            "industry",
            {
                "reporter": "BR",
                "product": "3102",
                "classification": "HS2022",
                "unit": "kg",
                "period": period,
                "indicator": "export",
                "source": "survey",
                "value": 1.0,
            },
        )
        for period in map(month_text, range(month_number("2021-01"), month_number("2024-12") + 1))
    ),
)


LINES = lines_of(ROWS)


def world(seed, month, unit=Unit.SERIES):
    """Series of one of these kinds, about the size of the money floors."""
    random = np.random.default_rng(seed)
    volume, price = (step, climb, jump, shock, lately)[seed % 5](random)
    size = 10 ** random.uniform(4.5, 6.5, (ROWS, 1))
    quantity = size * volume * random.lognormal(0, random.choice([0.05, 0.2]), (ROWS, MONTHS))
    total = np.maximum(quantity.max(axis=1, keepdims=True) * random.uniform(1.0, 20.0, (ROWS, 1)), quantity)
    shares = random.dirichlet([0.5, 0.5, 0.5], ROWS)  # of the products' origins
    quantity[0] = 0.0  # never traded
    doubt = seed % 7 == 0  # a month is missing, another revised late, units change, quantities are computed
    if doubt:
        price = price * np.where((TIME > -8) & (np.arange(ROWS) % 2 == 0)[:, None], 1000.0, 1.0)
    months = np.arange(COLUMNS)
    return view(
        month=month,
        unit=unit,
        origin="" if unit.whole else "CN",
        quantity=quantity[:, -COLUMNS:],
        value=(quantity * price)[:, -COLUMNS:],
        books=BOOKS if seed % 3 else None,
        lines=LINES if unit is Unit.SERIES else None,
        history=quantity,
        value_history=quantity * price,
        total_quantity=total[:, -COLUMNS:],
        reference_quantity=total[:, -COLUMNS:],
        reference_value=total[:, -COLUMNS:] * (price[:, -COLUMNS:] if doubt else 1.2),
        reported=~(doubt & (months == COLUMNS - 5)),
        vintage=24_000.0 + months + 12 * (doubt & (months == COLUMNS - 9)),
        origins=[
            (row, code, share, share)
            for row in range(ROWS)
            for code, share in zip(("CN", "KR", "ZZ" if doubt else "TW"), shares[row].tolist(), strict=True)
        ],
    )


# what these compare is no part of these worlds
IN_TESTS_OF_THEIR_OWN = {"origin-switch", "code-switch", "quantity-trigger", "early-surge-weekly"}
