"""Doubts about data: what each one sees, and that it holds back a surge that would fire without it."""

import numpy as np
import pytest
from tests.unit.domain.rules.views import two_years, view

from tidegauge.domain.alerts import Family
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.evaluate import evaluate_rule
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset, parse_rules_toml

SURGE = RULES["ec-trade-diversion"]
DOUBTS = [rule for rule in RULES.values() if rule.family is Family.DATA_QUALITY]
ALL = np.ones(24, dtype=bool)


def surge(price=(3.0, 2.4), **fields):
    """Three times the quantity of the year before, at a lower price."""
    q, p = two_years(1e6, 3e6), two_years(*price)
    plenty = {"reference_quantity": 1e6, "reference_value": 3e6 + 1e4 * np.arange(24)}
    return view(q, q * p, **{**plenty, **fields})


def missing(*places):
    reported = ALL.copy()
    reported[list(places)] = False
    return reported


def revised(place, by):
    vintage = month_number("2019-03") + np.arange(24.0)
    vintage[place] += by
    return vintage


def same_price(months):
    """The reference has the row's own unit value in the last so many months."""
    value = np.full(24, 4e6)
    value[24 - months :] = 2.4e6
    return value


def jump(factor, months=12):
    """The value of the last months times a factor, quantities alone being in another unit."""
    q = two_years(1e6, 3e6)
    factors = np.repeat([1.0, factor], [24 - months, months])
    return {"quantity": q / factors, "value": q * 2.0}


def verdict(rule_id, made):
    rule = RULES[rule_id]
    signals = rule.evaluate(made, rule.defaults())
    return REASONS[signals.reason[0]]


@pytest.mark.parametrize(
    ("rule", "made", "expected"),
    [
        ("missing-month", surge(), Reason.NOT_MET),
        ("missing-month", surge(reported=missing(3)), Reason.MET),
        ("missing-month", surge(reported=missing(23)), Reason.MET),
        ("missing-month", surge(reported=missing(3), span_start="2019-05"), Reason.NOT_ENOUGH_HISTORY),
        ("missing-month", surge(unit=Unit.PRODUCT, origin="", reported=missing(3)), Reason.MET),
        ("late-vintage", surge(), Reason.FIGURE_UNKNOWN),  # no vintage is stated
        ("late-vintage", surge(vintage=revised(5, 0)), Reason.NOT_MET),
        ("late-vintage", surge(vintage=revised(5, 6)), Reason.NOT_MET),  # five months after the next
        ("late-vintage", surge(vintage=revised(5, 7)), Reason.MET),
        ("imputed-quantity", surge(), Reason.NOT_MET),
        ("imputed-quantity", surge(reference_value=same_price(2)), Reason.NOT_MET),
        ("imputed-quantity", surge(reference_value=same_price(3)), Reason.MET),
        ("imputed-quantity", surge(reference_value=same_price(3) * 1.0011), Reason.NOT_MET),
        ("imputed-quantity", surge(reference_quantity=0.0), Reason.NO_REFERENCE_PRICE),
        ("imputed-quantity", surge(unit=Unit.PRODUCT, origin="", reference_quantity=np.nan),
         Reason.NO_REFERENCE_PRICE),
        ("unit-change", surge(), Reason.NOT_MET),
        ("unit-change", view(**jump(1000.0)), Reason.MET),
        ("unit-change", view(**jump(0.001)), Reason.MET),
        ("unit-change", view(**jump(10.4)), Reason.MET),
        ("unit-change", view(**jump(10.6)), Reason.NOT_MET),
        ("unit-change", view(**jump(130.0)), Reason.MET),
        ("unit-change", view(**jump(95.0)), Reason.NOT_MET),
        ("unit-change", view(two_years(1e6, 3e6), 0.0), Reason.FIGURE_UNKNOWN),
        ("confidential-cell", surge(origins=[(0, "CN", 1.0, 75.0), (0, "ZZ", 1.0, 25.0)]), Reason.NOT_MET),
        ("confidential-cell", surge(origins=[(0, "CN", 1.0, 74.0), (0, "QR", 1.0, 26.0)]), Reason.MET),
        ("confidential-cell", surge(origins=[(0, "CN", 1.0, 74.0), (0, "BR", 1.0, 26.0)]), Reason.NOT_MET),
    ],
)  # fmt: skip
def test_what_each_doubt_sees(rule, made, expected):
    assert verdict(rule, made) is expected


def test_value_without_a_quantity_is_a_doubt():
    made = surge()
    made.paired_value[:, 12:] *= 0.89
    assert verdict("confidential-cell", made) is Reason.MET


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (surge(reported=missing(3)), Reason.MISSING_MONTH),
        (surge(reference_value=same_price(3)), Reason.IMPUTED_QUANTITY),
        (view(**jump(0.001)), Reason.UNIT_CHANGE),
    ],
)
def test_a_surge_in_doubt_is_held_back_with_the_reason(made, why):
    assert SURGE.evaluate(made, SURGE.defaults()).fired[0]

    signals = evaluate_rule(SURGE, made, Ruleset.default())

    assert (REASONS[signals.reason[0]], signals.fired[0], signals.notes[why][0]) == (why, False, True)


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (surge(vintage=revised(5, 7)), Reason.LATE_VINTAGE),
        (surge(origins=[(0, "CN", 1.0, 74.0), (0, "QR", 1.0, 26.0)]), Reason.CONFIDENTIAL_CELL),
    ],
)
def test_a_doubt_that_holds_nothing_back_is_noted(made, why):
    signals = evaluate_rule(SURGE, made, Ruleset.default())
    assert (signals.fired[0], signals.notes[why][0]) == (True, True)


def test_the_operators_may_note_only_for_one_product_group():
    lenient = parse_rules_toml('[[rules.missing-month.for]]\nproducts = ["31"]\nholds_back = false\n')
    signals = evaluate_rule(SURGE, surge(reported=missing(3)), lenient)
    assert (signals.fired[0], signals.notes[Reason.MISSING_MONTH][0]) == (True, True)


def test_clean_figures_carry_no_doubt():
    signals = evaluate_rule(SURGE, surge(vintage=revised(5, 0)), Ruleset.default())
    assert signals.fired[0]
    assert not {doubt.annotates.reason for doubt in DOUBTS} & set(signals.notes)


@pytest.mark.parametrize("doubt", DOUBTS, ids=lambda rule: rule.id)
def test_doubts_raise_no_alerts_of_their_own_unless_asked(doubt):
    assert not doubt.default_on
    assert doubt.id not in {rule.id for rule in Ruleset.default().rules()}
    asked = parse_rules_toml(f"[rules.{doubt.id}]\nenabled = true\n")
    assert doubt.id in {rule.id for rule in asked.rules()}
