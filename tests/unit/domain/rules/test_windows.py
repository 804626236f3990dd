import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.periods import month_number
from tidegauge.domain.rules.base import Window
from tidegauge.domain.rules.windows import (
    growth,
    in_view,
    mean,
    months_of,
    ratio,
    total,
    unit_value,
    window_text,
)

JUNE = month_number("2020-06")


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (Window.YTD, "2020-01..2020-06"),
        (Window.YTD_CHANGE, "2020-01..2020-06 against 2019-01..2019-06"),
        (Window.L12, "2019-07..2020-06"),
        (Window.P12, "2018-07..2019-06"),
        (Window.L12_CHANGE, "2019-07..2020-06 against 2018-07..2019-06"),
        (Window.CALENDAR_SHIFT, "2018-01..2020-06"),
        (Window.MONTH, "2020-06"),
    ],
)
def test_every_window_is_worded(window, text):
    assert window_text(window, JUNE) == text


def test_a_window_of_one_month_is_worded_as_one_month():
    assert window_text(Window.YTD_CHANGE, month_number("2020-01")) == "2020-01 against 2019-01"


def test_sums_and_unit_values_take_only_their_window():
    made = view(np.arange(24.0), np.arange(24.0) * 3, month="2020-06")
    ytd = months_of(Window.YTD, JUNE)
    assert total(made, made.quantity, ytd).tolist() == [18 + 19 + 20 + 21 + 22 + 23]
    assert unit_value(made, ytd).tolist() == [3.0]
    assert mean(made, made.quantity, ytd).tolist() == [20.5]


def test_unit_values_leave_out_cells_without_a_quantity_or_a_value():
    made = view([10.0, 10.0, 0.0, 20.0], [20.0, 0.0, 99.0, 40.0], month="2020-04")
    assert unit_value(made, months_of(Window.YTD, made.month)).tolist() == [2.0]


def test_a_window_outside_the_view_is_unknown():
    made = view([1.0, 2.0], [1.0, 2.0], month="2020-06")
    assert np.isnan(total(made, made.quantity, months_of(Window.L12, JUNE))).all()
    assert not in_view(made, JUNE - 11).any()
    assert in_view(made, JUNE - 1).all()


def test_growth_over_a_zero_base_is_undefined():
    now, base = np.array([5.0, 0.0, 6.0, np.nan, 0.0]), np.array([0.0, 0.0, 4.0, 4.0, 4.0])
    np.testing.assert_array_equal(growth(now, base), [np.nan, np.nan, 0.5, np.nan, -1.0])
    np.testing.assert_array_equal(ratio(now, base), [np.nan, np.nan, 1.5, np.nan, 0.0])
