"""Dates that cannot be: one line dated far ahead would close every month before it."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from tidegauge.domain.arrays import Bools
from tidegauge.domain.periods import month_of

_TIME_ZONES = timedelta(days=1)  # it may be tomorrow already where the declaration was accepted


def in_the_future(frame: pl.DataFrame, today: date | None) -> Bools:
    """[n] rows of flows or declarations dated after `today`; none where today is not known."""
    if today is None:
        return np.zeros(len(frame), bool)
    if "accepted_at" in frame.columns:
        ahead = frame["accepted_at"].cast(pl.Date) > today + _TIME_ZONES
    else:
        ahead = frame["month"] > month_of(today)
    return ahead.fill_null(value=False).to_numpy()
