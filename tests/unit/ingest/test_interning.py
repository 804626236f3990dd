"""Feeds: one currency a source, and values of different bases never in one series."""

import polars as pl

from tidegauge.domain.sources import is_declarations, publisher
from tidegauge.ingest.basis import cif_where_stated
from tidegauge.ingest.interning import Interned


def rows(*stated, source="comexstat"):
    """Rows of (currency, value basis)."""
    return pl.DataFrame(
        {
            "reporter": ["BR"] * len(stated),
            "source": [source] * len(stated),
            "currency": [currency for currency, _ in stated],
            "value_basis": [basis for _, basis in stated],
            "nomenclature": ["NCM"] * len(stated),
        },
        schema_overrides={"currency": pl.String, "value_basis": pl.String},
    )


def test_another_basis_is_another_series_of_the_same_currency():
    interned = Interned()
    frame = rows(("USD", "FOB"), ("BRL", "CIF"), ("USD", None), ("BRL", "customs"), ("EUR", "FOB"))
    feed = interned.feed_numbers(frame)
    assert feed.tolist() == [0, 1, 0, 2, 0]
    assert [(one.source, one.currency, one.value_basis) for one in interned.feeds] == [
        ("comexstat", "USD", "FOB"),
        ("comexstat:CIF", "USD", "CIF"),
        ("comexstat:customs", "USD", "customs"),
    ]
    named = interned.named_apart(frame, feed)["source"].to_list()
    assert named == ["comexstat", "comexstat:CIF", "comexstat", "comexstat:customs", "comexstat"]


def test_what_was_not_stated_at_first_is_filled_in():
    interned = Interned()
    interned.feed_numbers(rows((None, None)))
    interned.feed_numbers(rows(("USD", "FOB")))
    assert [(one.source, one.currency, one.value_basis) for one in interned.feeds] == [
        ("comexstat", "USD", "FOB")
    ]


def test_a_reporting_currency_is_that_of_new_feeds_alone():
    interned = Interned()
    interned.feed_numbers(rows(("USD", "FOB")))
    interned.feed_numbers(rows(("BRL", "CIF")), "EUR")
    interned.feed_numbers(rows(("BRL", "CIF"), source="other"), "EUR")
    assert [one.currency for one in interned.feeds] == ["USD", "USD", "EUR"]


def test_declarations_stay_declarations_on_any_basis():
    assert is_declarations("declarations")
    assert is_declarations("declarations:FOB")
    assert not is_declarations("declarations-of-others")
    assert publisher("eurostat-sts:sca") == "eurostat-sts:sca"


def test_freight_and_insurance_make_cif_only_where_both_are_stated():
    frame = pl.DataFrame(
        {
            "value_e4": [100, 100, 100, None, 100],
            "freight_e4": [10, 10, None, 10, 10],
            "insurance_e4": [0, None, 1, 1, 1],
            "value_basis": ["FOB", "FOB", "FOB", "FOB", "customs"],
        }
    )
    made = cif_where_stated(frame)
    assert made["value_e4"].to_list() == [110, 100, 100, None, 100]
    assert made["value_basis"].to_list() == ["CIF", "FOB", "FOB", "FOB", "customs"]
