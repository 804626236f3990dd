"""Backtest outcomes worked by hand: lives of alerts, covered cases, lead times, loads, stability."""

from datetime import date
from types import SimpleNamespace

import pytest

from tidegauge.domain.alerts import Severity, Status
from tidegauge.domain.backtest.cases import Case, Span, covered
from tidegauge.domain.backtest.outcome import DAYS_A_MONTH, judge
from tidegauge.domain.backtest.told import Told, lives
from tidegauge.domain.periods import month_number

CASE = Case("c", "310221", "CN", date(2016, 6, 22), date(2017, 3, 9), "Ammonium sulphate", "register")
KEY = ("BR", "official", "31022100", "CN")
OTHER = ("BR", "official", "31042090", "RU")


def span(first="2010-01", last="2019-12", traded="2015-06"):
    return Span(month_number(first), month_number(last), (month_number(traded),))


def told(opened, ended="", **fields):
    like = {"alert_id": "a", "rule": "r", "key": KEY, "status": Status.OPEN, "updates": 0, "reversals": 0}
    return Told(opened=opened, ended=ended, severity=Severity.WATCH, **{**like, **fields})


def event(status, as_of, alert_id="a", severity=Severity.WATCH):
    reporter, source, product, origin = KEY
    return SimpleNamespace(
        alert_id=alert_id, rule="r", status=status, as_of=f"{as_of}T00:00:00Z", severity=severity,
        reporter=reporter, source=source, product=product, origin=origin,
    )  # fmt: skip


def test_the_events_of_an_alert_are_one_life():
    events = [
        event(Status.OPEN, "2016-01-01"),
        event(Status.UPDATED, "2016-02-01", severity=Severity.WARNING),
        event(Status.OPEN, "2016-02-01", alert_id="b"),
        event(Status.RESOLVED, "2016-05-01"),
    ]
    first, second = lives(events)
    assert first == Told(
        "a", "r", KEY, "2016-01-01", "2016-05-01", Status.RESOLVED, Severity.WARNING, updates=1, reversals=0
    )
    assert (second.alert_id, second.ended) == ("b", "")


def test_a_withdrawal_and_a_return_are_reversals():
    events = [event(Status.OPEN, "2016-01-01"), event(Status.WITHDRAWN, "2016-02-01")]
    assert [(one.status, one.ended, one.reversals) for one in lives(events)] == [
        (Status.WITHDRAWN, "2016-02-01", 1)
    ]
    again = lives([*events, event(Status.OPEN, "2016-03-01")])
    assert [(one.status, one.ended, one.reversals) for one in again] == [(Status.OPEN, "", 2)]


@pytest.mark.parametrize(
    ("key", "same"),
    [
        (KEY, True),
        (("BR", "official", "3102", "CN"), True),
        (("BR", "official", "31022900", "CN"), False),
        (("BR", "official", "31022100", "RU"), False),
    ],
)
def test_a_case_speaks_of_series_of_its_goods_and_origin(key, same):
    assert CASE.speaks_of(key) is same


def test_the_months_of_a_case():
    assert CASE.first_month == month_number("2014-06")
    assert CASE.last_month == month_number("2017-03")
    without = Case("c", "310221", "CN", date(2016, 6, 22), None, "", "")
    assert without.last_month == month_number("2017-12")


@pytest.mark.parametrize(
    ("held", "reaches"),
    [
        (span(), True),
        (span(first="2015-06"), True),
        (span(first="2015-07"), False),  # less than a year before
        (span(last="2016-05"), False),  # over before the initiation
        (span(traded="2014-05"), False),  # no trade in its months
    ],
)
def test_a_case_is_covered_where_a_series_could_have_shown_it(held, reaches):
    assert covered(CASE, {KEY: held, OTHER: span()}) == ([KEY] if reaches else [])


def found(*alerts, cases=(CASE,)):
    return judge(["r"], alerts, {KEY: span(), OTHER: span()}, cases)[0].findings


def test_the_earliest_alert_in_its_months_gives_the_lead():
    (one,) = found(told("2016-03-01", alert_id="b"), told("2016-01-01", "2016-02-01"))
    assert one.told.alert_id == "a"
    assert one.before_initiation == pytest.approx((date(2016, 6, 22) - date(2016, 1, 1)).days / DAYS_A_MONTH)
    assert one.before_order == pytest.approx((date(2017, 3, 9) - date(2016, 1, 1)).days / DAYS_A_MONTH)


def test_an_alert_that_stood_before_counts_from_the_first_month():
    (one,) = found(told("2012-01-01"))
    assert one.before_initiation == pytest.approx((date(2016, 6, 22) - date(2014, 6, 1)).days / DAYS_A_MONTH)


def test_an_alert_after_the_initiation_has_a_negative_lead():
    (one,) = found(told("2016-08-01"))
    assert one.before_initiation < 0 < one.before_order


@pytest.mark.parametrize(
    "alert",
    [
        told("2017-04-01"),  # after the order
        told("2013-01-01", "2014-06-01"),  # over before its months
        told("2016-01-01", key=OTHER),
        told("2016-01-01", rule="another"),
    ],
)
def test_what_does_not_speak_of_a_case(alert):
    (one,) = found(alert)
    assert (one.told, one.before_initiation, one.before_order) == (None, None, None)


def test_without_an_order_there_is_no_lead_to_it():
    (one,) = found(told("2016-01-01"), cases=(Case("c", "31", "CN", date(2016, 6, 22), None, "", ""),))
    assert one.before_initiation > 0
    assert one.before_order is None


def test_load_is_alerts_by_series_years_and_apart_for_unlabelled_series():
    alerts = [
        told("2016-01-01"),
        told("2017-01-01", key=OTHER, alert_id="b"),
        told("2017-05-01", key=OTHER, alert_id="c"),
        told("2017-05-01", key=("BR", "official", "31042090", ""), alert_id="d"),  # all origins
    ]
    (one,) = judge(["r"], alerts, {KEY: span(), OTHER: span()}, [CASE])
    assert (one.load.alerts, one.load.series_alerts) == (4, 3)
    assert one.load.a_year_per_1000_series == pytest.approx(1000 * 3 / 20)
    assert one.load.unlabelled_a_year_per_1000_series == pytest.approx(1000 * 2 / 10)
    assert one.load.by_year[2017] == pytest.approx(1000 * 2 / 2)
    assert one.load.by_year[2011] == 0.0


def test_stability_counts_what_revisions_took_back():
    alerts = [
        told("2016-01-01", "2016-02-01", status=Status.WITHDRAWN, reversals=1, updates=3),
        told("2016-01-01", alert_id="b"),
    ]
    (one,) = judge(["r"], alerts, {KEY: span()}, [])
    assert (one.stability.withdrawn, one.stability.reversed_, one.stability.updates_an_alert) == (1, 1, 1.5)


def test_medians_are_over_the_cases_found():
    second = Case("d", "310420", "RU", date(2015, 1, 1), None, "", "")
    (one,) = judge(["r"], [told("2016-01-01")], {KEY: span(), OTHER: span()}, [CASE, second])
    assert len(one.findings) == 2
    assert len(one.found) == 1
    assert one.median_lead("before_initiation") == one.found[0].before_initiation
    (none,) = judge(["r"], [], {KEY: span()}, [CASE])
    assert none.median_lead("before_initiation") is None
