import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.rules.random_views import random_view
from tests.unit.domain.rules.views import books_of, monthly, two_years, view
from tests.unit.domain.rules.worlds import IN_TESTS_OF_THEIR_OWN, world

from tidegauge.domain.alerts import Status
from tidegauge.domain.codes import product_code
from tidegauge.domain.evidence import Comparison
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import Money, Reason
from tidegauge.domain.rules.describe import describe, explain, thresholds
from tidegauge.domain.rules.evaluate import take
from tidegauge.domain.rules.registry import RULES

EC, SHARE = RULES["ec-trade-diversion"], RULES["share-gain"]


def surge(**fields):
    """Quantity +50 %, unit value -20 %, reference and world price steady; rates and production known."""
    plenty = {
        "total_quantity": two_years(8e6, 7e6), "reference_quantity": 1e6, "reference_value": 2.8e6,
        "benchmark": 1.0, "production": 1.0, "usd_rate": 1.0, "seller_rate": 7.0, "span_start": "2019-01",
    }  # fmt: skip
    return view(two_years(1e6, 1.5e6), two_years(3e6, 3.6e6), **{**plenty, **fields})


def evidence(rule, made, row=0, **parameters):
    settings = {**rule.defaults(), **parameters}
    return describe(rule, made, rule.evaluate(made, settings), row, settings)


def named(items):
    return {item.name: item for item in items}


def test_a_figure_carries_value_unit_window_threshold_and_who_published_it():
    item = named(evidence(EC, surge()))["quantity_change"]
    assert (item.value, item.unit) == (50.0, "%")
    assert item.window == "2020-01..2020-12 against 2019-01..2019-12"
    assert (item.comparison, item.threshold, item.met) == (Comparison.AT_LEAST, 5.0, True)
    assert "European Commission" in item.citation.source


def test_money_is_held_to_its_threshold_in_the_feeds_currency():
    item = named(evidence(EC, surge()))["weekly_value"]
    assert (item.value, item.unit, item.threshold) == (826230.0, "USD", 250000.0)
    assert named(evidence(EC, surge()))["unit_value"].unit == "USD/kg"


def test_a_changed_parameter_is_the_operators_choice_and_no_longer_cited():
    changed = {"min_quantity_growth": 0.6}
    item = named(evidence(EC, surge(), **changed))["quantity_change"]
    assert (item.threshold, item.met, item.citation) == (60.0, False, None)
    assert thresholds(EC, {**EC.defaults(), **changed})["min_quantity_growth"] == {
        "value": 0.6, "unit": "fraction", "citation": None
    }  # fmt: skip


def test_thresholds_name_value_unit_and_citation():
    found = thresholds(EC, EC.defaults())
    assert set(found) == {parameter.name for parameter in EC.parameters}
    assert (found["min_weekly_value"]["value"], found["min_weekly_value"]["unit"]) == (200_000.0, "EUR")
    assert found["min_weekly_value"]["citation"]["verified"] is True
    assert thresholds(SHARE, SHARE.defaults())["min_share_gain"]["citation"] is None
    assert "Hillberry" in thresholds(SHARE, SHARE.defaults())["demand_change_below"]["citation"]["source"]


@pytest.mark.parametrize(
    ("made", "name", "why"),
    [
        (surge(benchmark=np.nan), "relative_unit_value_change", Reason.NO_BENCHMARK),
        (surge(production=np.nan), "c5", Reason.PRODUCTION_UNKNOWN),
        (surge(reference_value=0.0, reference_quantity=0.0), "reference_gap", Reason.NO_REFERENCE_PRICE),
        (surge(reference_undeclared=0.6e6), "reference_gap", Reason.REFERENCE_UNDECLARED),
        (surge(unit=Unit.PRODUCT, origin=""), "share", Reason.NOT_APPLICABLE),
        (surge(), "c1", Reason.C1_NOT_TESTABLE),
        (view(two_years(1e6, 1e6), two_years(3e6, 3e6)), "c1", Reason.NOT_EVALUATED),
        (view(two_years(0, 1e6), two_years(0, 3e6)), "quantity_change", Reason.ZERO_BASE),
    ],
)
def test_a_figure_that_is_not_known_says_why(made, name, why):
    item = named(evidence(EC, made))[name]
    assert (item.value, item.met, item.reason) == (None, None, str(why))


def test_flags_and_months_are_shown_as_such():
    history = 1e6 * (1 + 0.05 * np.random.default_rng(2).normal(size=36))
    history[26:] *= 1.6
    items = named(evidence(EC, surge(span_start="1990-01", history=history)))
    assert items["c1"].value is True
    assert items["c5"].value is True
    assert re.fullmatch(r"2020-0[234]", items["c1_shift_month"].value)


def test_rounding_dust_is_zero():
    assert named(evidence(EC, surge()))["exchange_rate_effect"].value == 0.0


def test_the_explanation_reads_as_a_paragraph_in_both_languages():
    made = surge()
    text = explain(EC, evidence(EC, made), made, 0)
    assert text["en"].startswith(
        "From 2020-01 to 2020-12 (against 2019-01 to 2019-12), the quantity of imports of 31022100 from CN "
        "into BR rose by 50 % and their customs unit value fell by 20 % (thresholds: a rise of 5 %, a fall "
        "of 5 %)."
    )
    assert (
        "The average weekly import value was USD 826,230, against a threshold of USD 250,000." in text["en"]
    )
    assert "輸入数量は50%増加、単価(課税価格ベース)は20%下落" in text["ja"]
    assert "provisional" not in text["en"]


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_world_price_sentence_stands_exactly_where_severity_is_held_down(rule):
    domestic = monthly("domestic", two_years(3.0, 2.4), last="2020-12", origin="BR")
    speaks = "held at info" in rule.explanation  # the others say nothing about world prices, or stay at info
    for price in (1.0, two_years(1.0, 0.8)):
        made = surge(benchmark=price, books=books_of(*domestic))
        items = evidence(rule, made)
        relative = [item.met for item in items if item.name == "relative_unit_value_change"]
        held = speaks and relative == [False]
        text = explain(rule, items, made, 0)
        assert ("held at info" in text["en"]) is held
        assert ("情報(info)にとどめる" in text["ja"]) is held


def test_an_open_month_and_a_status_are_said():
    made = surge(closed=False)
    text = explain(EC, evidence(EC, made), made, 0, Status.WITHDRAWN)
    assert text["en"].startswith("Withdrawn: ")
    assert text["en"].endswith("these figures are provisional.")
    assert text["ja"].startswith("撤回")
    assert text["ja"].endswith("暫定。")


def test_all_origins_are_named_in_words():
    made = surge(unit=Unit.PRODUCT, origin="")
    text = explain(EC, evidence(EC, made), made, 0)
    assert "from all origins into BR" in text["en"]
    assert "全原産国からの" in text["ja"]


NUMBER = re.compile(r"(?<![A-Za-z0-9_.,-])[0-9][0-9,]*(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?")


def numbers_of(text, made, row, items):
    """The numbers of a text that are no month or week, no product code, unit of measure ("1kg") or words."""
    for item in items:
        if item.unit in {"text", "month", "week"} and item.value:
            text = text.replace(item.value, " ")
        for month in re.findall(r"[0-9]{4}-W?[0-9]{2}", item.window):
            text = text.replace(month, " ")
    product = product_code(int(made.product[row]))
    text = re.sub(rf"(?<![0-9.,]){product}(?![0-9.,][0-9]|[0-9])", " ", text).replace("1kg", " ")
    return NUMBER.findall(text)


def in_evidence(number, items):
    shown = float(number.replace(",", ""))
    known = [value for item in items for value in (item.value, item.threshold)]
    figures = [
        abs(value) for value in known if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    decimals = len(number.partition(".")[2]) if "e" not in number else 0
    slack = max(0.5000001 * 10.0**-decimals, 0.0006 * shown)
    return any(abs(figure - shown) <= slack for figure in figures)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
@given(seed=st.integers(0, 2**20))
def test_every_number_of_an_explanation_is_in_its_evidence(rule, seed):
    check_explanations(rule, random_view(seed, rule.units[seed % len(rule.units)]))


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_so_it_is_where_the_rule_fires(rule):
    fired = 0
    for seed in range(40):
        made = world(seed, "2024-06", rule.units[0])
        rows = np.flatnonzero(rule.evaluate(made, rule.defaults()).fired)[:2]
        check_explanations(rule, take(made, rows))
        fired += len(rows)
    assert fired or rule.id in IN_TESTS_OF_THEIR_OWN


def check_explanations(rule, made):
    settings = rule.defaults()
    signals = rule.evaluate(made, settings)
    for row in range(len(made)):
        items = describe(rule, made, signals, row, settings)
        for text in explain(rule, items, made, row).values():
            assert text
            assert not re.search(r"dump|\bnan\b|\bNone\b|\{|\}|\|\||\[", text, re.IGNORECASE), text
            for number in numbers_of(text, made, row, items):
                assert in_evidence(number, items), (number, text)


def test_the_check_above_sees_a_foreign_number():
    made = surge()
    items = evidence(EC, made)
    assert not in_evidence("51", items)
    assert numbers_of("rose by 51 % from 2020-01 in 31022100", made, 0, items) == ["51"]


def test_money_of_an_unknown_rate_is_not_known():
    made = surge(rates={})
    items = evidence(EC, made, min_weekly_value=Money(1.0, "EUR"))
    assert named(items)["weekly_value"].threshold is None
    assert "threshold in this currency, is not known" in explain(EC, items, made, 0)["en"]
