"""Lines below a published price: per gross or net kilogram, and special safeguards with their duty."""

import numpy as np
import pytest
from tests.unit.domain.books.records import scope, trigger
from tests.unit.domain.rules.declared import DECLARED, declared, lines
from tests.unit.domain.rules.views import books_of, monthly, two_years, view

from tidegauge.domain.alerts import SEVERITIES, Audience
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.rules.base import REASONS, Reason
from tidegauge.domain.rules.describe import describe
from tidegauge.domain.rules.explain import explain
from tidegauge.domain.rules.registry import RULES

RULE = RULES["trigger-price"]


def notice(price, **fields):
    """A surveillance notice of Brazil: a reference price for every origin."""
    return monthly("trigger", price, 12, "2024-12", **{"origin": None, "market": "BR", **fields})


def safeguard(level=None, **fields):
    plain = {"reporter": "BR", "scope_id": "urea", "trigger_price": 100.0, "currency": "USD", "unit": "kg",
             "valid_from": "2024-04-01", "valid_to": "2025-03-31"}  # fmt: skip
    made = trigger(level, **{**plain, **fields})
    return [("scope", scope(scope_id="urea", products=["310221"], reporter="BR")), ("trigger", made)]


def said(rows, *records, feed=DECLARED, **parameters):
    of = declared(*rows, feed=feed, books=books_of(*records))
    signals = RULE.evaluate(of, RULE.defaults() | parameters)
    return (
        {name: column[0] for name, column in signals.figures.items()},
        REASONS[signals.reason[0]],
        signals,
        of,
    )


MIXED = [*lines("2024-06-12", *[1.0] * 3), *lines("2024-06-13", *[2.0] * 7)]


def test_lines_below_a_reference_price_are_counted():
    figures, why, signals, _ = said(MIXED, *notice(1.7))
    assert why is Reason.MET
    assert (figures["lines_below"], figures["lines"]) == (3, 10)
    assert figures["share_below"] == pytest.approx(0.3)
    assert figures["shortfall"] == pytest.approx(1 - 1.0 / 1.7, abs=0.01)
    assert figures["declared_unit_value"] == pytest.approx(1.7)
    assert np.isnan(figures["additional_duty"])
    assert signals.words["reference_name"] == ("paper",)
    assert SEVERITIES[signals.severity[0]] == "info"


def test_an_average_below_the_price_weighs_more():
    _, why, signals, _ = said(MIXED, *notice(1.8))
    assert why is Reason.MET
    assert SEVERITIES[signals.severity[0]] == "watch"


def test_a_line_at_the_price_is_not_below_it():
    assert said(lines("2024-06-12", 1.7, 1.71), *notice(1.7))[1] is Reason.NOT_MET


def test_a_price_per_gross_kilogram_is_held_to_gross_mass():
    rows = lines("2024-06-12", *[1.8] * 4, gross_kg=125.0)  # 1.44 a gross kg
    figures, why, _, _ = said(rows, *notice(1.5, unit="kg gross"))
    assert why is Reason.MET
    assert (figures["lines_below"], figures["per_gross_kg"]) == (4, 1.0)
    assert figures["declared_unit_value"] == pytest.approx(1.44)
    assert said(rows, *notice(1.5))[1] is Reason.NOT_MET
    assert said(lines("2024-06-12", 1.0), *notice(1.5, unit="kg gross"))[1] is Reason.NO_TRADE


@pytest.mark.parametrize(("below", "duty"), [(20, 3), (40, 9), (50, 14), (60, 19), (75, 29.5), (90, 43)])
def test_a_special_safeguard_gives_the_published_duty(below, duty):
    figures, why, _, _ = said(lines("2024-06-12", 100.0 - below), *safeguard())
    assert why is Reason.MET
    assert figures["special_safeguard"] == 1.0
    assert figures["additional_duty"] == pytest.approx(duty, abs=0.8)  # in steps of 2.2 %


def test_up_to_a_tenth_below_the_trigger_price_there_is_no_duty():
    figures, why, _, _ = said(lines("2024-06-12", 95.0), *safeguard())
    assert why is Reason.MET
    assert figures["additional_duty"] == 0.0


def test_lines_under_a_quota_are_left_out():
    rows = lines("2024-06-12", 50.0, 50.0, quota=True) + lines("2024-06-12", 50.0)
    figures, _, _, _ = said(rows, *safeguard())
    assert (figures["lines_below"], figures["lines"]) == (1, 1)
    assert said(lines("2024-06-12", 50.0, quota=True), *safeguard())[1] is Reason.NO_TRADE


def test_volume_and_price_trigger_are_never_used_at_once():
    rows = [*lines("2024-04-10", 50.0, kg=10_000.0), *lines("2024-06-12", 50.0)]
    assert said(rows, *safeguard(level=10.0, unit="t", trigger_price=100_000.0))[1] is Reason.MET
    exceeded = safeguard(level=9.9, unit="t", trigger_price=100_000.0)
    assert said(rows, *exceeded)[1] is Reason.VOLUME_TRIGGER_IN_FORCE
    earlier = [*lines("2024-03-13", 50.0, kg=10_000.0), *lines("2024-06-12", 50.0)]
    assert said(earlier, *exceeded)[1] is Reason.MET  # before the trigger's own year


def test_a_trigger_price_is_held_to_cif_values():
    fob = Feed("BR", "declarations", "USD", "FOB", "NCM")
    assert said(lines("2024-06-12", 50.0), *safeguard(), feed=fob)[1] is Reason.VALUE_NOT_CIF


def test_a_safeguard_speaks_of_its_origins_and_its_time_alone():
    rows = lines("2024-06-12", 50.0)
    assert said(rows, *safeguard(origins=["KR"]))[1] is Reason.NO_TRIGGER_PRICE
    assert said(rows, *safeguard(origins=["CN"]))[1] is Reason.MET
    assert said(rows, *safeguard(valid_to="2024-05-31"))[1] is Reason.NO_TRIGGER_PRICE


def test_what_cannot_be_held_to_a_price_says_why():
    flows = Feed("BR", "comexstat", "USD", "CIF", "NCM")
    assert said(MIXED)[1] is Reason.NO_TRIGGER_PRICE
    assert said(MIXED, *notice(1.7), feed=flows)[1] is Reason.NO_LINES
    made = view(two_years(1e6, 1e6), two_years(1e6, 1e6), books=books_of(*notice(1.7)))
    assert REASONS[RULE.evaluate(made, RULE.defaults()).reason[0]] is Reason.NO_LINES


def test_it_is_said_in_words_and_for_the_authority():
    _, _, signals, of = said(lines("2024-06-12", 60.0), *safeguard())
    texts = explain(RULE, describe(RULE, of, signals, 0, RULE.defaults()), of, 0)
    assert "at least 1 of 1 lines" in texts["en"]
    assert "the published price of USD 100 per kg (WTO SSG)" in texts["en"]
    assert "allows an additional duty of USD" in texts["en"]
    assert "does not replace the customs value" in texts["en"]
    assert "課税価格に代わるものではない" in texts["ja"]
    assert RULE.audience is Audience.AUTHORITY
    assert RULE.may_fire(of, RULE.defaults()).all()
    assert not RULE.may_fire(declared(*MIXED), RULE.defaults()).any()
