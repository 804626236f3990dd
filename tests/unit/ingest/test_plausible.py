from datetime import UTC, date, datetime

import polars as pl

from tidegauge.ingest.plausible import in_the_future

TODAY = date(2024, 7, 31)


def test_a_month_that_has_not_begun_is_in_the_future():
    frame = pl.DataFrame({"month": [2024 * 12 + 5, 2024 * 12 + 6, 2024 * 12 + 7]})
    assert in_the_future(frame, TODAY).tolist() == [False, False, True]


def test_a_declaration_may_be_a_day_ahead_for_its_time_zone():
    accepted = [datetime(2024, 8, 1, 12, tzinfo=UTC), datetime(2024, 8, 2, tzinfo=UTC), None]
    frame = pl.DataFrame({"accepted_at": accepted})
    assert in_the_future(frame, TODAY).tolist() == [False, True, False]


def test_without_a_clock_nothing_is():
    assert in_the_future(pl.DataFrame({"month": [9999 * 12]}), None).tolist() == [False]
