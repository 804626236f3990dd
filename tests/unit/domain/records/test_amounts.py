"""Amounts keep every digit that fits, and say when one did not."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.amounts import (
    FIXED_LIMIT,
    AmountRangeError,
    NotANumberError,
    decimal_number,
    from_fixed,
    to_fixed,
)

FIXED = st.integers(-(FIXED_LIMIT - 1), FIXED_LIMIT - 1)


@given(FIXED, st.sampled_from([3, 4]))
def test_text_and_fixed_form_are_the_same_number(value, digits):
    assert to_fixed(from_fixed(value, digits), digits).value == value
    assert not to_fixed(from_fixed(value, digits), digits).rounded


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=9), st.sampled_from([3, 4]))
def test_rounding_is_half_to_even_and_reported(number, digits):
    step = Decimal(1).scaleb(-digits)
    expected = number.quantize(step, rounding=ROUND_HALF_EVEN)
    fixed = to_fixed(format(number, "f"), digits)
    assert fixed.value == int(expected.scaleb(digits))
    assert fixed.rounded == (expected != number)


@pytest.mark.parametrize(("text", "units"), [("1.0005", 1000), ("1.0015", 1002), ("1e3", 10**6), (".5", 500)])
def test_known_amounts_in_grams(text, units):
    assert to_fixed(text, 3).value == units


@pytest.mark.parametrize(
    "text", ["", "1,5", "1 000", "NaN", "inf", "0x10", "1_0", "--1", "1e", ".", "\u0661"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumberError):
        decimal_number(text)


@pytest.mark.parametrize("text", ["1e15", "999999999999999.9996", "1e999999999", "1" * 40])
def test_what_does_not_fit_is_refused_and_not_cut(text):
    with pytest.raises(AmountRangeError):
        to_fixed(text, 3)
