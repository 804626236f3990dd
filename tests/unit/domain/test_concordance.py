"""Code breaks: since when a code means what it means."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.rules.views import BRAZIL, view

from tidegauge.domain.codes import product_code, product_number
from tidegauge.domain.concordance import NO_BREAKS, CodeBreaks, family_of
from tidegauge.domain.periods import month_number
from tidegauge.domain.rules.base import REASONS
from tidegauge.domain.rules.evaluate import evaluate_rule
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset

BREAKS = CodeBreaks.of(
    "test",
    [
        ("CN", 2019, "", "31021012"),
        ("CN", 2025, "31021010", "31021012"),
        ("HS", 2022, "310210", "310299"),
        ("HS", 2022, "310211", "310299"),
        ("HS", 2017, "310277", "310288"),
        ("HS", 2022, "310266", ""),
    ],
)


def since(nomenclature, code, month):
    found = BREAKS.since(nomenclature, np.array([product_number(code)]), month_number(month))
    return int(found[0])


@pytest.mark.parametrize(
    ("nomenclature", "code", "month", "expected"),
    [
        ("CN2025", "31021012", "2018-12", ""),
        ("CN2025", "31021012", "2019-01", "2019-01"),
        ("CN2025", "31021012", "2024-12", "2019-01"),
        ("CN2025", "31021012", "2025-06", "2025-01"),
        ("CN2025", "3102101290", "2025-06", "2025-01"),  # TARIC
        ("CN2025", "31021019", "2025-06", ""),
        ("CN2025", "310210", "2025-06", "2022-01"),
        ("HS2017", "310210", "2021-12", ""),
        ("JP2022", "310210000", "2022-01", "2022-01"),
        ("", "3102101000", "2022-01", "2022-01"),
        ("NCM", "31021010", "2022-03", ""),
        ("NCM", "31021010", "2022-04", "2022-04"),
        ("HS2012-restated", "310210", "2022-05", ""),
        ("HS2022:HS2012-restated", "310288", "2022-05", ""),  # its goods are under the code of 2012
        ("HS2022:HS2017-restated", "310288", "2022-05", "2017-01"),  # before 2017 they are not
        ("HS2022:HS2017-restated", "310210", "2022-05", "2022-01"),  # a share of a joint code since
        ("NCM:HS2017-restated", "310211", "2022-05", "2022-04"),
        ("CN2022:HS2017-restated", "310266", "2022-05", "2022-01"),  # where its goods went is not known
        ("HS2022:HS2017-restated", "310266", "2021-12", ""),
        ("HS2022", "3102", "2022-05", ""),
        ("HS2022", "999999", "2022-05", ""),
    ],
)
def test_the_latest_break_up_to_a_month(nomenclature, code, month, expected):
    assert since(nomenclature, code, month) == (month_number(expected) if expected else 0)


def test_families():
    names = ("CN2025", "CN8", "TARIC", "NCM", "HTS2024", "", "CN2025-restated")
    assert [family_of(name) for name in names] == ["CN", "CN", "CN", "NCM", "HS", "HS", ""]


@given(
    st.lists(st.tuples(st.integers(2000, 2030), st.sampled_from(["01012100", "01012990", "99999999"]))),
    st.integers(1999 * 12, 2032 * 12),
)
def test_it_is_the_newest_of_the_codes_own_changes(changes, month):
    breaks = CodeBreaks.of("test", [("CN", year, "", code) for year, code in changes])
    codes = np.array([product_number(code) for code in ("01012100", "01012990", "99999999", "99999998")])
    found = breaks.since("CN2030", codes, month)
    for code, got in zip(codes.tolist(), found.tolist(), strict=True):
        own = [year * 12 for year, one in changes if one == product_code(code) and year * 12 <= month]
        assert got == max(own, default=0)


def test_rows_follow_the_nomenclature_of_their_feed():
    products = np.array([product_number("31021012")] * 3)
    found = BREAKS.of_rows(["CN2025", "NCM"], np.array([0, 1, 0]), products, month_number("2025-03"))
    assert found.tolist() == [month_number("2025-01"), month_number("2022-04"), month_number("2025-01")]
    none = NO_BREAKS.of_rows(["CN2025"], np.zeros(3, int), products, month_number("2025-03"))
    assert none.tolist() == [0] * 3


@pytest.mark.parametrize("rule", ["share-gain", "cefic-import-surge", "new-entrant", "ec-trade-diversion"])
@pytest.mark.parametrize(
    ("code_since", "span_start", "expected"),
    [("2020-02", "1990-01", "code_break"), ("2020-02", "2020-03", "not_enough_history")],
)
def test_rules_say_that_the_window_is_not_comparable(rule, code_since, span_start, expected):
    surging = view(
        np.r_[np.full(24, 1e6), np.full(12, 9e6)], np.full(36, 9e6),
        feed=BRAZIL, code_since=code_since, span_start=span_start, total_quantity=np.full(36, 2e7),
    )  # fmt: skip
    signals = evaluate_rule(RULES[rule], surging, Ruleset.default())
    assert not signals.fired.any()
    assert [str(REASONS[code]) for code in signals.reason] == [expected]


def test_the_identity_is_part_of_the_rules():
    plain = Ruleset.default()
    named = Ruleset(plain.settings, concordance="CN2025+HS2022:0")
    assert named.hash() != plain.hash()
    assert Ruleset.from_record(named.to_record()) == named
    assert "concordance" not in plain.to_record()["content"]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if rule.default_on], ids=lambda rule: rule.id
)
def test_no_rule_calls_a_young_code_short_of_history_or_fires_on_it(rule):
    quantity = np.r_[np.full(max(24, rule.window_months - 12), 1e6), np.full(12, 9e6)]
    young = view(
        quantity, quantity, code_since="2020-02", total_quantity=quantity * 3, unit=rule.units[0]
    )  # fmt: skip
    signals = evaluate_rule(rule, young, Ruleset.default())
    assert not signals.fired.any()
    assert "not_enough_history" not in {str(REASONS[code]) for code in signals.reason}
