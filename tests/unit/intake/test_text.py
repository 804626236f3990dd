"""Numbers and codes in the reader's words."""

import pytest

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.cases import CloseReason
from tidegauge.domain.decisions import IntakeReason
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.rules.base import Reason
from tidegauge.domain.situations import Change, DismissReason, Place
from tidegauge.intake.pages import text
from tidegauge.intake.pages.rows import product_name

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
TO = "\N{EN DASH}"


@pytest.mark.parametrize(
    ("fraction", "signed", "plain"),
    [
        (0.42, "+42.0 %", "42.0 %"),
        (-0.1849, "\N{MINUS SIGN}18.5 %", "\N{MINUS SIGN}18.5 %"),
        (12.5, f"+1{THIN}250.0 %", f"1{THIN}250.0 %"),
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
        (2_500_000_000_000.0, f"USD 2{THIN}500 bn"),
        (None, text.NOTHING),
    ],
)
def test_money_to_three_figures(amount, expected):
    assert text.money(amount, "USD") == expected


@pytest.mark.parametrize(
    ("value", "unit", "name", "expected"),
    [
        (0.42, "fraction", "quantity_change", "+42.0 %"),
        (-38.2194, "%", "unit_value_change", f"{MINUS}38.2 %"),
        (666.24, "%", "quantity_change", "+666.2 %"),
        (0.0, "%", "quantity_change", "0.0 %"),
        (42.0, "%", "share", "42.0 %"),
        (4.125, "points", "share_gain", "+4.1 points"),
        (1_234_567.8, "kg", "quantity", f"1{THIN}235 t"),
        (999.0, "kg", "quantity", "999 kg"),
        (0.123456, "USD/kg", "unit_value", "0.1235 USD/kg"),
        (2_214_860_000.0, "USD", "value", f"2{THIN}214{THIN}860{THIN}000 USD"),
        (-1500.0, "tonne-km", "x", f"{MINUS}1{THIN}500 tonne-km"),
        (0.003, "probability", "c1_p_value", "p = 0.003"),
        (1.0, "probability", "c1_p_value", "p = 1"),
        (3e-7, "probability", "c1_p_value", "p < 0.0001"),
        (True, "yes/no", "c1", "yes"),
        (False, "yes/no", "c1", "no"),
        (None, "kg", "quantity", text.NOTHING),
        ("2023-04", "month", "start", "Apr 2023"),
    ],
)
def test_figures_with_their_units(value, unit, name, expected):
    assert text.figure(value, unit, name).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(4.98, "+4.98"), (4.996, "+4.996"), (5.0, "+5.0"), (5.04, "+5.04"), (5.1, "+5.1")]
)
def test_a_figure_near_its_threshold_does_not_look_like_it(value, expected):
    assert text.figure(value, "%", "quantity_change", 5.0).split("\N{NO-BREAK SPACE}")[0] == expected


@pytest.mark.parametrize(
    ("comparison", "value", "unit", "expected"),
    [
        (Comparison.AT_MOST, -0.05, "fraction", f"at most {MINUS}5 %"),
        (Comparison.AT_LEAST, 5.0, "%", "at least 5 %"),
        (Comparison.AT_LEAST, 216_882.0, "USD", f"at least 216{THIN}882 USD"),
        (Comparison.BELOW, 0.01, "probability", "below 0.01"),
        (Comparison.AT_LEAST, None, "USD", text.NOTHING),
        (Comparison.SHOWN, None, "kg", text.NOTHING),
    ],
)
def test_thresholds_say_how_a_figure_is_held_to_them(comparison, value, unit, expected):
    assert text.threshold(comparison, value, unit).replace("\N{NO-BREAK SPACE}", " ") == expected


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        ("2024-01..2024-07 against 2023-01..2023-07", [f"Jan{TO}Jul 2024", f"vs Jan{TO}Jul 2023"]),
        ("2022-01..2024-07", [f"Jan 2022{TO}Jul 2024"]),
        ("2024-07", ["Jul 2024"]),
        ("2024-07 against 2023-07", ["Jul 2024", "vs Jul 2023"]),
        ("the last three weeks", ["the last three weeks"]),
        ("", [""]),
    ],
)
def test_windows_are_lines_of_months(written, lines):
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in text.window(written)] == lines


def test_an_explanation_names_countries_and_leaves_other_words_alone():
    said = "Quantity of 31021010 from CN into BR rose; USD 72,788,900, BRL 5 and CNY stay."
    assert text.named(said, ("CN", "BR")) == (
        f"Quantity of 31021010 from China into Brazil rose; USD 72{THIN}788{THIN}900, BRL 5 and CNY stay."
    )
    assert text.named("from all origins", ("",)) == "from all origins"


def test_the_day_of_an_instant():
    assert text.day("2026-11-03T22:16:00Z").replace("\N{NO-BREAK SPACE}", " ") == "3 Nov 2026"


def test_masses_in_tonnes():
    assert [text.tonnes(mass) for mass in (0, 250, 1_234_567)] == ["0", "0.250", f"1{THIN}235"]


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
        (text.REASON_WORDS, Reason),
    ],
)
def test_no_word_of_a_vocabulary_is_left_without_words(words, vocabulary):
    assert set(words) == {str(each) for each in vocabulary}


def test_a_product_takes_the_name_of_the_nearest_heading():
    names = {"31": "Fertilizers", "310210": "Urea"}
    assert product_name("31021010", names) == "Urea"
    assert product_name("31042090", names) == "Fertilizers"
    assert product_name("72071111", names) == ""
