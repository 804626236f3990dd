"""Known programmes: what counts, what is de minimis or negligible, and what is said of them."""

import numpy as np
import pytest
from tests.unit.domain.books.records import subsidy
from tests.unit.domain.rules.views import books_of, two_years, view

from tidegauge.domain.alerts import SEVERITIES
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["subsidy-margin"]


def made(*programmes, price=2.0, quantity=1.0, **fields):
    """1,000 t a month from China at USD 2/kg, a tenth of all imports."""
    amount = two_years(1e6, 1e6 * quantity)
    books = books_of(*(("subsidy", programme) for programme in programmes))
    plenty = {"total_quantity": amount * 10, "product": "31021000"}
    return view(amount, amount * two_years(2.0, price), books=books, **{**plenty, **fields})


def said(of, **parameters):
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    return signals, REASONS[signals.reason[0]]


def loan(rate=12.5, **fields):
    return subsidy(**{"benefit_ad_valorem": rate, "kind": "direct_transfer", "found_by": "EU", **fields})


def test_programmes_are_summed_by_kind_and_each_counts_once():
    signals, why = said(
        made(
            loan(3.0),
            loan(9.0, source="somebody", found_by="analyst"),
            loan(2.0, programme_id="P2", kind="revenue_forgone"),
        )
    )
    assert why is Reason.MET
    figures = {name: column[0] for name, column in signals.figures.items()}
    assert figures["benefit"] == pytest.approx(0.05)
    assert figures["direct_transfer"] == pytest.approx(0.03)
    assert figures["revenue_forgone"] == pytest.approx(0.02)
    assert (figures["programmes"], figures["found"], figures["prohibited"]) == (2, 2, 0)


def test_without_a_programme_it_cannot_speak():
    for programmes in (
        (),
        (loan(granting="KR"),),
        (loan(products=["720810"]),),
        (loan(period_to="2020-11"),),
    ):
        signals, why = said(made(*programmes))
        assert why is Reason.NO_PROGRAMME
        assert np.isnan(signals.figures["benefit"][0])


def test_a_programme_without_a_rate_gives_no_benefit():
    assert said(made(loan(None)))[1] is Reason.BENEFIT_UNKNOWN
    signals, why = said(made(loan(None), loan(2.0, programme_id="P2")))
    assert why is Reason.MET
    assert (signals.figures["benefit"][0], signals.figures["unmeasured"][0]) == (pytest.approx(0.02), 1)


@pytest.mark.parametrize(
    ("rate", "developing", "why"),
    [
        (1.0, "", Reason.MET),
        (0.99, "", Reason.NOT_MET),
        (2.0, "CN", Reason.NOT_MET),  # of a developing member up to 2 % is de minimis
        (2.01, "IN, CN", Reason.MET),
    ],
)
def test_de_minimis(rate, developing, why):
    assert said(made(loan(rate)), developing_origins=developing)[1] is why


@pytest.mark.parametrize(
    ("share", "developing", "why"),
    [
        (0.001, "", Reason.MET),  # SCM 11.9 sets no number
        (0.04, "CN", Reason.MET),
        (0.0399, "CN", Reason.NOT_MET),
    ],
)
def test_negligible_volume_is_a_test_of_developing_members_alone(share, developing, why):
    assert said(made(loan(), total_quantity=1e6 / share), developing_origins=developing)[1] is why


@pytest.mark.parametrize(("others", "why"), [((3.1, 3.0), Reason.MET), ((3.0, 3.0), Reason.NOT_MET)])
def test_small_developing_members_count_together_above_nine_per_cent(others, why):
    programmes = [loan(granting=code, programme_id=code) for code in ("CN", "IN", "BD")]
    origins = [(0, "CN", 3.0, 3.0), (0, "IN", others[0], 1.0), (0, "BD", others[1], 1.0)]
    rest = (0, "US", 100.0 - 3.0 - sum(others), 1.0)
    of = made(*programmes, total_quantity=1e6 / 0.03, origins=[*origins, rest])
    assert said(of, developing_origins="CN IN")[1] is why  # Bangladesh is on the list


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({}, "info"),
        ({"price": 1.9, "quantity": 1.1}, "watch"),
        ({"price": 1.9}, "info"),
        ({"price": 1.9, "quantity": 1.1, "benchmark": 4.0, "production": 1.0}, "warning"),
        ({"price": 1.9, "quantity": 1.1, "benchmark": two_years(4.0, 3.8), "production": 1.0}, "info"),
    ],
)
def test_severity(fields, level):
    assert SEVERITIES[said(made(loan(), **fields))[0].severity[0]] == level


def test_it_says_what_is_known_and_what_a_petition_would_still_need():
    of = made(
        loan(
            3.5, programme="Policy loans", method="loan", specificity="regional", prohibited="export",
            benchmark_scope="out-of-country",
        )
    )  # fmt: skip
    evidence = describe(RULE, of, said(of)[0], 0, RULE.defaults())
    items = {item.name: item for item in evidence}
    assert items["in_words"].value == (
        "Policy loans (direct_transfer, 3.5 % ad valorem, method: loan, benchmark: out-of-country, "
        "specific: regional, prohibited: export, found by: EU)"
    )
    assert items["missing"].value == "public body"
    texts = explain(RULE, evidence, of, 0)
    assert "come to 3.5 % ad valorem" in texts["en"]
    assert "This is an indication, not a finding." in texts["en"]
    assert "Missing before they could carry a petition: public body." in texts["en"]
    assert "補助金の認定ではない" in texts["ja"]


def test_the_gate_lets_concerned_products_through_alone():
    parameters = RULE.defaults()
    assert RULE.may_fire(made(loan()), parameters).all()
    assert not RULE.may_fire(made(), parameters).any()
    assert not RULE.may_fire(made(loan(products=["7208"])), parameters).any()
