"""The computed margin: which normal value speaks, what is compared with it, and when it says nothing."""

import numpy as np
import pytest
from tests.unit.domain.rules.views import BRAZIL, books_of, monthly, two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import RulesFileError, parse_rules_toml

RULE = RULES["dumping-margin"]
CIF = Feed("BR", "comexstat", "USD", "CIF", "NCM")
FIRST_HALF = {"months": 6, "last": "2020-06"}
SECOND_HALF = {"months": 6, "last": "2020-12"}


def made(*prices, price=2.0, **fields):
    """1,000 t a month from China at USD 2/kg f.o.b., a tenth of all imports."""
    quantity = two_years(1e6, 1e6)
    plenty = {"total_quantity": quantity * 10}
    return view(quantity, quantity * price, books=books_of(*prices), **{**plenty, **fields})


def home(value=2.2, **fields):
    return monthly("home_market", value, **{"last": "2020-12", "months": 12, **fields})


def said(of, **parameters):
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    return signals, REASONS[signals.reason[0]]


def margin(of, **parameters):
    return said(of, **parameters)[0].figures["margin"][0]


def test_margin_is_a_part_of_the_export_price():
    signals, why = said(made(*home()))
    assert why is Reason.MET
    assert signals.figures["margin"][0] == pytest.approx(0.10)
    assert signals.figures["home_market"][0] == pytest.approx(2.2)
    assert np.isnan(signals.figures["margin_by_transaction"][0])


def test_months_above_normal_value_offset_those_below():
    prices = home(2.2, **FIRST_HALF) + home(1.9, **SECOND_HALF)
    assert margin(made(*prices)) == pytest.approx((6 * 0.2 - 6 * 0.1) / (12 * 2.0))  # 2.5 %, not 5 %


@pytest.mark.parametrize(
    ("value", "why"), [(2.04, Reason.MET), (2.0399, Reason.NOT_MET), (1.5, Reason.NOT_MET)]
)
def test_two_per_cent_of_the_export_price_is_not_de_minimis(value, why):
    assert said(made(*home(value)))[1] is why


def test_without_a_normal_value_it_cannot_speak():
    for prices in ((), home(origin="KR"), monthly("benchmark", 3.0, last="2020-12")):
        signals, why = said(made(*prices))
        assert why is Reason.NO_NORMAL_VALUE
        assert signals.notes[Reason.NO_NORMAL_VALUE][0]
        assert np.isnan(signals.figures["margin"][0])


def test_the_first_available_step_speaks_alone_and_is_named():
    third = monthly("third_country", 2.3, last="2020-12", market="US")
    cost = monthly("constructed", 2.4, last="2020-12")
    for prices, name, expected in (
        ([*home(), *third, *cost], "home_market", 0.10),
        ([*third, *cost], "third_country", 0.15),
        (cost, "constructed", 0.20),
    ):
        figures = said(made(*prices))[0].figures
        assert figures["margin"][0] == pytest.approx(expected)
        known = [step for step in ("home_market", "third_country", "constructed", "surrogate")
                 if np.isfinite(figures[step][0])]  # fmt: skip
        assert known == [name]


def test_a_surrogate_speaks_only_where_its_legal_basis_is_named():
    prices = home(2.5, market="IN")  # India's price, said to stand for China's
    assert said(made(*prices))[1] is Reason.NO_NORMAL_VALUE
    named = said(made(*prices), surrogate_legal_basis="Protocol of accession, section 15")[0]
    assert named.figures["margin"][0] == pytest.approx(0.25)
    assert named.figures["surrogate"][0] == pytest.approx(2.5)


def test_a_step_that_covers_too_little_of_the_exports_gives_way_to_the_next():
    ten = home(months=10)
    assert said(made(*ten))[1] is Reason.NO_NORMAL_VALUE  # 83 %
    assert margin(made(*home(months=11))) == pytest.approx(0.10)  # 92 %
    cost = monthly("constructed", 2.4, last="2020-12")
    assert margin(made(*ten, *cost)) == pytest.approx(0.20)


def test_a_cif_value_is_compared_only_with_a_stated_wedge():
    signals, why = said(made(*home(), feed=CIF))
    assert why is Reason.FREIGHT_WEDGE_UNKNOWN
    assert np.isnan(signals.figures["margin"][0])
    assert margin(made(*home(), feed=CIF), freight_and_insurance=0.1) == pytest.approx(2.2 / 1.8 - 1.0)
    assert margin(made(*home()), freight_and_insurance=0.1) == pytest.approx(0.10)  # f.o.b. already


def test_stated_allowances_bring_both_sides_to_the_factory():
    found = said(made(*home()), inland_costs=0.05, home_allowances=0.02)[0]
    assert found.figures["margin"][0] == pytest.approx(2.2 * 0.98 / (2.0 * 0.95) - 1.0)
    assert not found.notes[Reason.ALLOWANCES_EXCLUDED][0]
    assert said(made(*home()))[0].notes[Reason.ALLOWANCES_EXCLUDED][0]


@pytest.mark.parametrize(("share", "why"), [(0.03, Reason.MET), (0.0299, Reason.NOT_MET)])
def test_less_than_three_per_cent_of_imports_is_negligible(share, why):
    assert said(made(*home(), total_quantity=1e6 / share))[1] is why


def small(*shares):
    """China and others with these shares of 100 in all, the rest from the United States."""
    rest = 100.0 - sum(share for _, share in shares)
    return [(0, code, share, share) for code, share in (*shares, ("US", rest))]


@pytest.mark.parametrize(
    ("shares", "why"),
    [
        ((("CN", 2.5), ("KR", 2.5), ("TW", 2.1)), Reason.MET),
        ((("CN", 2.5), ("KR", 2.5), ("TW", 2.0)), Reason.NOT_MET),  # 7 %: not more than 7 %
        ((("CN", 2.5), ("KR", 2.5), ("VN", 2.9)), Reason.NOT_MET),  # no normal value of Vietnam
        ((("CN", 2.5), ("KR", 3.0), ("TW", 2.9)), Reason.NOT_MET),  # Korea is not below the limit
        ((("CN", 2.5), ("KR", 2.9), ("ZZ", 2.9)), Reason.NOT_MET),
    ],
)
def test_small_examined_origins_count_together_above_seven_per_cent(shares, why):
    prices = [*home(), *home(origin="KR"), *home(origin="TW"), *home(origin="ZZ")]
    assert said(made(*prices, total_quantity=1e6 / 0.025, origins=small(*shares)))[1] is why


@pytest.mark.parametrize(
    ("fields", "level"),
    [({}, "watch"), ({"benchmark": two_years(1.0, 1.2), "production": 1.0}, "warning"),
     ({"benchmark": two_years(1.0, 1.2)}, "watch")],
)  # fmt: skip
def test_severity(fields, level):
    signals, _ = said(made(*home(), **fields))
    assert SEVERITIES[signals.severity[0]] == level


def test_it_never_calls_dumping_what_is_computed():
    of = made(*home())
    evidence = describe(RULE, of, said(of)[0], 0, RULE.defaults())
    texts = explain(RULE, evidence, of, 0)
    assert "the computed margin is 10 % of the export price" in texts["en"]
    assert "This is an indication, not a finding." in texts["en"]
    assert "home-market price of CN, USD 2.2 per kg" in texts["en"]
    assert "dumped" not in texts["en"]
    assert "不当廉売の認定ではない" in texts["ja"]
    reasons = {item.name: item.reason for item in evidence}
    assert reasons["margin_of_pattern"] == Reason.TRANSACTIONS_UNKNOWN
    assert reasons["constructed"] == Reason.NOT_THE_FIRST


def test_the_gate_lets_priced_products_through_alone():
    parameters = RULE.defaults()
    assert RULE.may_fire(made(*home()), parameters).all()
    assert not RULE.may_fire(made(), parameters).any()
    assert not RULE.may_fire(made(*home(product="7208")), parameters).any()


def test_the_rules_file_takes_a_text_and_refuses_anything_else():
    text = '[rules.dumping-margin]\nsurrogate_legal_basis = "Protocol of accession, section 15"\n'
    rules = parse_rules_toml(text)
    assert rules.parameters_for("dumping-margin", "31")["surrogate_legal_basis"].startswith("Protocol")
    assert rules.version("dumping-margin") != parse_rules_toml("").version("dumping-margin")
    with pytest.raises(RulesFileError, match="line 2: 'surrogate_legal_basis' must be a text"):
        parse_rules_toml("[rules.dumping-margin]\nsurrogate_legal_basis = 15\n")


def test_the_feed_of_the_tests_is_fob():
    assert BRAZIL.value_basis == "FOB"
