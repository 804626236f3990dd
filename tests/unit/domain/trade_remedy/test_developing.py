"""The dated list of least-developed countries."""

from tidegauge.domain.periods import month_number
from tidegauge.domain.trade_remedy.developing import least_developed


def test_the_list_of_december_2024_holds_forty_four_countries():
    assert len(least_developed(month_number("2024-12"))) == 44


def test_a_country_leaves_the_list_when_it_graduates():
    assert "BT" in least_developed(month_number("2023-12"))
    assert "BT" not in least_developed(month_number("2024-01"))
