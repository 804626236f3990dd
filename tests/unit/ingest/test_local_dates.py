"""Days of acceptance are the reporter's own."""

from datetime import date

import polars as pl
import pytest

from tidegauge.domain.countries import COUNTRIES
from tidegauge.domain.time_zones import REPORTER_ZONES
from tidegauge.ingest.local_dates import local_days


def days(*rows):
    moments = pl.Series([moment for _, moment in rows], dtype=pl.String)
    frame = pl.DataFrame(
        {
            "reporter": [reporter for reporter, _ in rows],
            "accepted_at": moments.str.to_datetime("%+", time_unit="us", time_zone="UTC"),
        }
    )
    return local_days(frame).to_list()


@pytest.mark.parametrize(
    ("reporter", "moment", "expected"),
    [
        ("JP", "2024-01-31T15:00:00Z", date(2024, 2, 1)),
        ("JP", "2024-01-31T14:59:59Z", date(2024, 1, 31)),
        ("BR", "2024-02-01T02:59:59Z", date(2024, 1, 31)),
        ("BR", "2024-02-01T03:00:00Z", date(2024, 2, 1)),
        ("DE", "2024-03-31T22:30:00Z", date(2024, 4, 1)),  # summer time began that morning
        ("DE", "2024-02-29T23:30:00Z", date(2024, 3, 1)),
        ("DE", "2024-02-29T22:30:00Z", date(2024, 2, 29)),
        ("GB", "2024-01-31T23:59:59Z", date(2024, 1, 31)),
        ("BR", "2024-02-01T00:00:00Z", date(2024, 2, 1)),  # a plain date
        ("ZW", "2024-01-31T23:59:59Z", date(2024, 1, 31)),  # not in the table
        ("DE", None, None),
    ],
)
def test_the_day_of_the_reporter(reporter, moment, expected):
    assert days((reporter, moment)) == [expected]


def test_rows_of_several_reporters_each_take_their_own():
    moment = "2024-01-31T18:00:00Z"
    assert days(("JP", moment), ("BR", moment), ("JP", None), ("ZW", moment)) == [
        date(2024, 2, 1), date(2024, 1, 31), None, date(2024, 1, 31)
    ]  # fmt: skip


def test_the_table_names_countries_and_zones_that_exist():
    assert set(REPORTER_ZONES) <= set(COUNTRIES)
    moment = pl.Series(["2024-01-31T18:00:00Z"]).str.to_datetime("%+", time_unit="us", time_zone="UTC")
    for zone in set(REPORTER_ZONES.values()):
        assert moment.dt.convert_time_zone(zone).null_count() == 0
