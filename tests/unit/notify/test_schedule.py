"""What follows an attempt."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.notify.schedule import (
    DELAYS_S,
    LONGEST_RETRY_AFTER_S,
    Attempted,
    Verdict,
    decide,
    retry_after_s,
)
from tidegauge.notify.states import Outcome, outcome_of_status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FAILURES = [Outcome.HTTP_ERROR, Outcome.REDIRECTED, Outcome.CONNECTION_FAILED, Outcome.ADDRESS_REFUSED]


def waited_s(number, outcome=Outcome.HTTP_ERROR, uniform=0.5, **known):
    decision = decide(Attempted(number, outcome, NOW, **known), uniform)
    assert decision.verdict is Verdict.RETRY_SCHEDULED
    return (decision.next_attempt_at - NOW).total_seconds()


def test_the_published_schedule():
    assert [waited_s(number) for number in range(1, 8)] == [5, 300, 1800, 7200, 18000, 36000, 36000]
    assert sum(DELAYS_S) == timedelta(hours=27, minutes=35, seconds=5).total_seconds()


@given(st.integers(1, 7), st.floats(0, 1, exclude_max=True), st.sampled_from(FAILURES))
def test_jitter_stays_within_a_fifth(number, uniform, outcome):
    base = DELAYS_S[number]
    assert 0.8 * base <= waited_s(number, outcome, uniform) <= 1.2 * base


def test_jitter_uses_its_whole_range():
    assert waited_s(1, uniform=0.0) == 4.0
    assert waited_s(1, uniform=0.999999) == pytest.approx(6.0, abs=1e-4)


def test_after_the_eighth_attempt_it_ends():
    assert decide(Attempted(8, Outcome.HTTP_ERROR, NOW), 0.5).verdict is Verdict.SCHEDULE_EXHAUSTED


def test_a_test_event_is_tried_once():
    assert decide(Attempted(1, Outcome.HTTP_ERROR, NOW, last=1), 0.5).verdict is Verdict.SCHEDULE_EXHAUSTED


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.TIMEOUT])
def test_an_overloaded_receiver_is_left_alone_for_a_minute(outcome):
    decision = decide(Attempted(1, outcome, NOW), 0.0)
    assert decision.next_attempt_at == decision.hold_until == NOW + timedelta(seconds=60)


def test_retry_after_delays_but_never_hurries():
    assert waited_s(1, retry_after_s=120.0) == 120
    assert waited_s(2, retry_after_s=1.0) == 300


def test_gone_disables_and_success_ends():
    assert decide(Attempted(1, Outcome.GONE, NOW), 0.5).verdict is Verdict.RECEIVER_GONE
    assert decide(Attempted(8, Outcome.DELIVERED, NOW), 0.5).verdict is Verdict.DELIVERED


@pytest.mark.parametrize(
    ("number", "failing_for", "verdict"),
    [
        pytest.param(4, timedelta(days=5), Verdict.FAILED_FOR_FIVE_DAYS, id="five days"),
        pytest.param(4, timedelta(days=5, seconds=-1), Verdict.RETRY_SCHEDULED, id="a second less"),
        pytest.param(3, timedelta(days=40), Verdict.RETRY_SCHEDULED, id="a blip after a quiet month"),
        pytest.param(8, timedelta(days=5), Verdict.FAILED_FOR_FIVE_DAYS, id="rather than exhausted"),
    ],
)
def test_five_days_of_nothing_but_failure_disable(number, failing_for, verdict):
    attempted = Attempted(number, Outcome.HTTP_ERROR, NOW, failing_since=NOW - failing_for)
    assert decide(attempted, 0.5).verdict is verdict


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 0 ", 0.0),
        ("99999999999999999999", LONGEST_RETRY_AFTER_S),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0.0),
        (format_datetime(NOW + timedelta(days=30), usegmt=True), LONGEST_RETRY_AFTER_S),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60.0),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
    ],
)
def test_retry_after_in_both_spellings(header, seconds):
    assert retry_after_s(header, NOW) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_header_breaks_anything(text):
    seconds = retry_after_s(text, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER_S


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (204, Outcome.DELIVERED),
        (299, Outcome.DELIVERED),
        (301, Outcome.REDIRECTED),
        (304, Outcome.REDIRECTED),
        (400, Outcome.HTTP_ERROR),
        (410, Outcome.GONE),
        (429, Outcome.THROTTLED),
        (500, Outcome.HTTP_ERROR),
        (502, Outcome.THROTTLED),
        (504, Outcome.THROTTLED),
    ],
)
def test_what_a_status_means(status, outcome):
    assert outcome_of_status(status) is outcome
