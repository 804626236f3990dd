"""Supplementary quantities and their unit, which goes when its lines are taken back."""

import numpy as np
from tests.contributions import block, row

from tidegauge.domain.books import Books
from tidegauge.domain.panel.panel import Panel
from tidegauge.domain.panel.select import Selector
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.periods import month_number
from tidegauge.domain.ruleset import Ruleset


def read(rows, unit=Unit.SERIES, units=("p/st",)):
    """Rows as (origin, quantity, unit number, sign), all of January 2020; the panel read in March."""
    panel = Panel()
    for offset, (origin, quantity, number, sign) in enumerate(rows):
        made = block([row(offset, origin=origin, quantity=quantity, kg=1, sign=sign)])
        made.header["units"] = list(units)
        made.columns["unit"][:] = -1 if quantity is None else number
        panel.apply(made)
    selector = Selector(panel, Books(), Ruleset.default())
    found = selector.view(unit, np.array([0]), month_number("2020-03"), 3).supplementary()
    return found.quantity[:, 0].tolist(), found.unit


def test_one_unit_is_known():
    assert read([("CN", 5, 0, 1), ("CN", 2, 0, 1), ("BY", None, 0, 1)]) == ([0.0, 7.0], ("", "p/st"))


def test_two_units_are_none():
    rows = [("CN", 5, 0, 1), ("CN", 2, 2, 1), ("CN", 2, 2, 1), ("BY", 1, 1, 1)]
    assert read(rows, units=("p/st", "m2", "l"))[1] == ("m2", "")


def test_the_unit_of_lines_taken_back_goes():
    rows = [("CN", 5, 0, 1), ("CN", 2, 1, 1), ("CN", 5, 0, -1)]
    assert read(rows, units=("p/st", "m2")) == ([2.0], ("m2",))


def test_all_origins_have_a_unit_if_it_is_the_same():
    same, other = [("CN", 5, 0, 1), ("BY", 2, 0, 1)], [("CN", 5, 0, 1), ("BY", 2, 1, 1)]
    assert read(same, Unit.PRODUCT) == ([7.0], ("p/st",))
    assert read(other, Unit.PRODUCT, ("p/st", "m2"))[1] == ("",)
