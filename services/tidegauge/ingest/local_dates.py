"""Days of acceptance as the reporter's own calendar has them."""

from typing import Final

import polars as pl

from tidegauge.domain.time_zones import REPORTER_ZONES, UTC
from tidegauge.ingest.keys import filled

_DAY_US: Final = 86_400_000_000


def local_days(frame: pl.DataFrame) -> pl.Series:
    """[n] the date of `accepted_at` in the reporter's time zone, null where it has none.

    A plain date was read as its midnight in UTC, so midnight in UTC stands for the date itself.
    """
    moments = frame["accepted_at"]
    days = moments.cast(pl.Date)
    past_midnight = filled(moments.to_physical(), 0) % _DAY_US != 0
    if not past_midnight.any():
        return days
    timed = pl.Series(past_midnight)
    for reporter in frame["reporter"].unique().to_list():
        zone = REPORTER_ZONES.get(reporter, UTC)
        if zone != UTC:
            local = moments.dt.convert_time_zone(zone).dt.date()
            days = local.zip_with(timed & (frame["reporter"] == reporter), days)
    return days
