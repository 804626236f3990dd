"""Numbers and codes in the reader's words."""

import pytest

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.cases import CloseReason
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.situations import Change, DismissReason, Place
from tidegauge.intake.pages import text
from tidegauge.intake.pages.rows import product_name


@pytest.mark.parametrize(
    ("fraction", "signed", "plain"),
    [
        (0.42, "+42.0 %", "42.0 %"),
        (-0.1849, "\N{MINUS SIGN}18.5 %", "\N{MINUS SIGN}18.5 %"),
        (12.5, "+1,250.0 %", "1,250.0 %"),
        (None, text.NOTHING, text.NOTHING),
    ],
)
def test_fractions_become_percentages(fraction, signed, plain):
    assert (text.signed_percent(fraction), text.percent(fraction)) == (signed, plain)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (0.0, "USD 0"),
        (999.0, "USD 999"),
        (1_234.0, "USD 1.23 k"),
        (12_500_000.0, "USD 12.5 m"),
        (391_000_000.0, "USD 391 m"),
        (2_500_000_000_000.0, "USD 2,500 bn"),
        (None, text.NOTHING),
    ],
)
def test_money_to_three_figures(amount, expected):
    assert text.money(amount, "USD") == expected


@pytest.mark.parametrize(
    ("value", "unit", "name", "expected"),
    [
        (0.42, "fraction", "quantity_change", "+42.0 %"),
        (0.42, "fraction", "share", "42.0 %"),
        (1234567.8, "kg", "quantity", "1,234,568 kg"),
        (0.123456, "USD/kg", "unit_value", "0.1235 USD/kg"),
        (-1500.0, "tonne-km", "x", "\N{MINUS SIGN}1,500 tonne-km"),
        (True, "", "c1", "yes"),
        (False, "", "c1", "no"),
        (None, "kg", "quantity", text.NOTHING),
        ("2023-04", "", "start", "2023-04"),
    ],
)
def test_figures_with_their_units(value, unit, name, expected):
    assert text.figure(value, unit, name) == expected


def test_thresholds_say_how_a_figure_is_held_to_them():
    assert text.threshold(Comparison.AT_MOST, -0.05, "fraction", "unit_value_change") == (
        "at most \N{MINUS SIGN}5.0 %"
    )
    assert text.threshold(Comparison.SHOWN, None, "kg") == text.NOTHING


def test_changes_are_told_with_their_rule():
    assert text.change(Change("severity", None, Severity.WATCH)) == "severity none → watch"
    assert text.change(Change("family", None, "data_quality")) == "data quality added"
    assert text.change(Change("value", 1e6, 2e6, "ec")) == "value 1.00 m → 2.00 m (ec)"


@pytest.mark.parametrize(
    ("words", "vocabulary"),
    [
        (text.SEVERITY_WORDS, Severity),
        (text.STATUS_WORDS, Status),
        (text.PLACE_WORDS, Place),
        (text.DECISION_WORDS, IntakeReason),
        (text.DISMISS_WORDS, DismissReason),
        (text.CLOSE_WORDS, CloseReason),
    ],
)
def test_no_word_of_a_vocabulary_is_left_without_words(words, vocabulary):
    assert set(words) == set(vocabulary)


def test_a_product_takes_the_name_of_the_nearest_heading():
    names = {"31": "Fertilizers", "310210": "Urea"}
    assert product_name("31021010", names) == "Urea"
    assert product_name("31042090", names) == "Fertilizers"
    assert product_name("72071111", names) == ""
