"""Whole columns are read exactly as the reference reads one value."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegauge.domain.records import Field, FieldType, Sign
from tidegauge.domain.records.fields import FIXED_DIGITS
from tidegauge.domain.records.values import RefusedError, read_value
from tidegauge.ingest.columns import read_column, typed_column, typed_dtype
from tidegauge.ingest.fixed_point import fixed_point

PLAUSIBLE = st.one_of(
    st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,12}([eE][+-]?[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[0-9]{1,11}", fullmatch=True),
    st.from_regex(r"[A-Z]{2,3}", fullmatch=True),
    st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", fullmatch=True),
    st.from_regex(
        r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]{1,6})?Z", fullmatch=True
    ),
    st.from_regex(r"2024-0[1-9]-1[0-9]T1[0-9]:[0-5]0:[0-5]0[+-][0-2][0-9]:[0-6]0", fullmatch=True),
    st.text("0123456789.-+eE aNnI:TZ_,\u0661", min_size=1, max_size=12),
)


def reference(field, text):
    try:
        return read_value(field, text)
    except RefusedError:
        return None


@pytest.mark.parametrize("type_", list(FieldType))
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.one_of(st.none(), PLAUSIBLE), min_size=1, max_size=30))
@example(texts=["NaN", "inf", "-0", "1e-9", ".", "1.", ".5", "0e99999", "1e400", None])
@example(texts=["999999999999999.9995", "99999999999999.99995", "9" * 18, "9" * 19, "-0.00001"])
@example(
    texts=["2024-12-31T23:59:60Z", "2024-02-30T00:00:00Z", "0000-01", "0001-01-01", "2024-01-01T24:00:00Z"]
)
def test_a_column_is_its_values(type_, texts):
    field = Field("f", type_, "a field", choices=("CN", "US"), sign=Sign.NON_NEGATIVE)
    column = typed_column(field, pl.Series("f", texts, pl.String))
    expected = [None if text is None else reference(field, text) for text in texts]
    assert column.dtype == typed_dtype(field)
    assert column.to_list() == expected


@settings(deadline=None)
@given(
    st.lists(
        st.decimals(0, 10**9, places=7, allow_nan=False).map(lambda number: format(number, "f")), min_size=1
    )
)
def test_the_count_of_rounded_amounts_is_that_of_the_reference(texts):
    from tidegauge.domain.amounts import to_fixed  # noqa: PLC0415 - beside its only use

    field = Field("f", FieldType.MONEY, "a field")
    expected = sum(to_fixed(text, FIXED_DIGITS[FieldType.MONEY]).rounded for text in texts)
    assert read_column(field, pl.Series("f", texts, pl.String))[1] == expected


NEAR_THE_LIMITS = st.builds(
    lambda whole, decimals, exponent: f"{whole}.{decimals}{exponent}",
    st.one_of(
        st.integers(0, 10**4), st.integers(10**10, 10**18), st.integers(2**51 // 1000 - 9, 2**51 // 1000 + 9)
    ),
    st.from_regex(r"[0-9]{0,2}(0{0,9}|9{0,9}|49{0,9}|50{0,9})[0-9]{0,3}", fullmatch=True),
    st.sampled_from(["", "", "", "e1", "E-2", "e-9"]),
)


@settings(deadline=None, max_examples=400)
@given(st.lists(NEAR_THE_LIMITS, min_size=1, max_size=20), st.sampled_from([3, 4]))
@example(
    ["0.0005", "0.0015", "0.00050000000001", "2251799813685.248", "2251799813685.247", "999999999999.9995"], 3
)
def test_amounts_near_every_limit_are_those_of_the_reference(texts, digits):
    assert fixed_point(pl.Series("f", texts, pl.String), digits)[0].to_list() == references(texts, digits)


@given(
    st.lists(st.from_regex(r"[-+]?[0-9]{1,21}", fullmatch=True), min_size=1, max_size=5),
    st.sampled_from([3, 4]),
)
@example(["99999999999999", "-99999999999999"], 4)
@example(["100000000000000"], 4)
@example(["1", "9223372036854775807", "9223372036854775808"], 3)
def test_whole_amounts_are_those_of_the_reference(texts, digits):
    assert fixed_point(pl.Series("f", texts, pl.String), digits)[0].to_list() == references(texts, digits)


def references(texts, digits):
    from tidegauge.domain.amounts import AmountRangeError, to_fixed  # noqa: PLC0415 - beside its only use

    expected = []
    for text in texts:
        try:
            expected.append(to_fixed(text, digits).value)
        except AmountRangeError:
            expected.append(None)
    return expected
