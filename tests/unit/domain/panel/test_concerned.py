"""Which rows a measure may concern: the look at all rows never leaves out one that the book speaks of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.books.records import measure
from tests.unit.domain.rules.views import books_of, view

from tidegauge.domain.panel.concerned import Measured
from tidegauge.domain.panel.view import Unit

PRODUCTS = ("72171010", "7217101000", "722990", "7229", "72", "31021010")
ORIGINS = ("CN", "IN", "US")
codes = st.sampled_from(("7217", "721710", "72171010", "7217109000", "72", "722990", "31"))
made = st.builds(
    lambda number, products, target, authority: (
        "measure",
        measure(measure_id=str(number), products=products, target=target, authority=authority),
    ),
    st.integers(0, 9), st.lists(codes, min_size=1, max_size=3), st.sampled_from((*ORIGINS, None)),
    st.sampled_from(("US", "BR")),
)  # fmt: skip


@given(st.lists(made, max_size=6), st.sampled_from((Unit.SERIES, Unit.PRODUCT)))
def test_no_row_that_a_measure_names_is_left_out(measures, unit):
    rows = [
        (product, origin) for product in PRODUCTS for origin in (ORIGINS if unit is Unit.SERIES else ("",))
    ]
    figures, books = np.ones((len(rows), 3)), books_of(*measures)
    products, origins = zip(*rows, strict=True)
    glance = view(figures, figures, unit=unit, product=products, origin=origins, books=books, month="2020-02")

    concerned = Measured(books).concerns(glance)

    for steps in (glance.books.measures_here, glance.books.measures_elsewhere):
        assert concerned[steps(0, 99_999).row].all()
    if not measures:
        assert not concerned.any()


def test_one_glance_after_the_other():
    books = books_of(("measure", measure()))
    figures = np.ones((1, 3))
    measured = Measured(books)
    answers = [
        measured.concerns(view(figures, figures, product=product, origin="CN")).tolist()
        for product in ("72171010", "31021010", "72299090")
    ]
    assert answers == [[True], [False], [True]]
