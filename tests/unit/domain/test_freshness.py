"""How old a feed is, and what that means."""

from datetime import date

import pytest

from tidegauge.domain.freshness import EXPECTED_DAYS, Freshness, age_days, freshness
from tidegauge.domain.records import RecordKind

TODAY = date(2024, 4, 10)


@pytest.mark.parametrize(
    ("last", "age"),
    [("2024-03", 10), ("2024-02", 41), ("2024-04", -20), ("2024-04-09", 1), ("2023-12", 101), ("", None)],
)
def test_a_month_ages_from_its_end_and_a_day_from_itself(last, age):
    assert age_days(last, TODAY) == age


@pytest.mark.parametrize(
    ("age", "expected", "verdict"),
    [
        (95, 95, Freshness.FRESH),
        (96, 95, Freshness.LATE),
        (None, 95, Freshness.UNDATED),
        (9, None, Freshness.UNDATED),
    ],
)
def test_the_verdict(age, expected, verdict):
    assert freshness(age, expected) is verdict


def test_what_has_no_cadence_is_never_late():
    assert not {RecordKind.SCOPE, RecordKind.SUBSIDY, RecordKind.TARIFF} & EXPECTED_DAYS.keys()
