"""What a delivery says of each part of a feed, whether it brings one part or several."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from tidegauge.domain.periods import month_number
from tidegauge.domain.records import RecordKind
from tidegauge.ingest.accounts import Part, parts_of

MAY, JUNE = month_number("2024-05"), month_number("2024-06")
PRICE = {"kind": "benchmark", "source": "pinksheet"}


def priced(*rows):
    schema = {"kind": pl.String, "source": pl.String, "month": pl.Int32, "date": pl.Date}
    return pl.DataFrame([{**PRICE, **row} for row in rows], schema)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"month": MAY}, {"month": JUNE}], {"benchmark pinksheet": Part(2, "2024-06")}),
        ([{"date": date(2024, 5, 3)}], {"benchmark pinksheet": Part(1, "2024-05-03")}),
        (
            [{"month": MAY}, {"month": JUNE, "source": "other"}, {"month": JUNE}],
            {"benchmark pinksheet": Part(2, "2024-06"), "benchmark other": Part(1, "2024-06")},
        ),
    ],
)
def test_prices_are_counted_by_kind_and_source(rows, expected):
    assert parts_of(RecordKind.PRICE, priced(*rows)) == expected


def test_lines_are_counted_by_reporter_up_to_the_newest_acceptance():
    moments = [datetime(2024, 5, day, 10, tzinfo=UTC) for day in (3, 9)]
    frame = pl.DataFrame({"reporter": ["EU", "EU"], "accepted_at": moments})
    assert parts_of(RecordKind.DECLARATION, frame) == {"EU": Part(2, "2024-05-09")}
    split = frame.with_columns(reporter=pl.Series(["EU", "JP"]))
    assert parts_of(RecordKind.DECLARATION, split) == {
        "EU": Part(1, "2024-05-03"),
        "JP": Part(1, "2024-05-09"),
    }


def test_where_no_row_has_a_moment_none_is_told():
    frame = pl.DataFrame(
        {"reporter": ["EU"], "accepted_at": pl.Series([None], dtype=pl.Datetime("us", "UTC"))}
    )
    assert parts_of(RecordKind.DECLARATION, frame) == {"EU": Part(1, "")}
