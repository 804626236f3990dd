"""Text columns as whole numbers, whatever is missing of them."""

import polars as pl
import pytest

from tidegauge.ingest.keys import filled, numbered, present, whole

NUMBERS = {"b": 20, "a": 10, "c": 30}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], []),
        ([None, None], [0, 0]),
        (["a", "a"], [10, 10]),
        (["b", None, "a", "b"], [20, 0, 10, 20]),
        ([None, "c", "c"], [0, 30, 30]),
    ],
)
def test_codes_are_numbered_and_null_is_nought(codes, expected):
    found = numbered(pl.Series("code", codes, pl.String), NUMBERS.__getitem__)
    assert found.tolist() == expected
    assert found.dtype == "int64"


def test_each_distinct_code_is_asked_for_once():
    asked = []
    numbered(pl.Series(["a", "b", "a", "b"]), lambda code: asked.append(code) or 1)
    assert sorted(asked) == ["a", "b"]


@pytest.mark.parametrize(
    ("values", "there", "numbers"),
    [
        ([], [], []),
        ([None], [0], [0]),
        ([7, 8], [1, 1], [7, 8]),
        ([None, 5, None], [0, 1, 0], [0, 5, 0]),
    ],
)
def test_missing_numbers_are_nought_and_not_present(values, there, numbers):
    column = pl.Series("n", values, pl.Int32)
    assert present(column).tolist() == there
    assert whole(column).tolist() == numbers
    assert filled(column, -1).tolist() == [-1 if value is None else value for value in values]
