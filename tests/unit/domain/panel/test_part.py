"""Some rows of a view are those rows of every field, whichever is asked for, and of parts of parts."""

from dataclasses import fields

import numpy as np
import pytest
from tests.unit.domain.rules.views import view

from tidegauge.domain.panel.part import Part
from tidegauge.domain.panel.view import PanelView

ROWS = np.array([4, 1])


@pytest.fixture
def made():
    return view(
        np.arange(72.0).reshape(6, 12),
        2.0,
        product=("31021010", "31022100", "72081000", "73181500", "31021010", "31022100"),
        scope_id=tuple("abcdef"),
        closed=np.arange(6) % 2 == 0,
    )


@pytest.mark.parametrize("name", [one.name for one in fields(PanelView) if one.init])
def test_every_field_is_there(made, name):
    part, whole = getattr(Part(made, ROWS), name), getattr(made, name)
    if isinstance(whole, np.ndarray) and whole.shape[:1] == (len(made),):
        np.testing.assert_array_equal(part, whole[ROWS])
    if isinstance(whole, tuple) and len(whole) == len(made):
        assert part == tuple(whole[row] for row in ROWS)


def test_what_is_asked_speaks_of_the_rows(made):
    part = Part(Part(made, np.array([0, 1, 2, 4])), np.array([3, 1]))
    first = int(made.months[-2])
    np.testing.assert_array_equal(
        part.quantity_history(np.array([0]), first), made.quantity_history(np.array([4]), first)
    )
    assert part.to_feed(3.0, "feed").tolist() == [3.0, 3.0]
    assert part.supplementary().unit == made.supplementary().unit[:2]
    assert len(part) == len(part.lines.declared()) == 2


def test_another_name_is_no_field(made):
    assert not hasattr(Part(made, ROWS), "quantities")
