"""Columns of codes by their distinct texts: what is done to a text is done to every row that has it."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.ingest.distinct import Distinct, spread

COLUMN = st.lists(st.one_of(st.none(), st.sampled_from(["1", "01", "12", "", "é"])), max_size=30)
PAIRS = st.lists(st.tuples(*[st.one_of(st.none(), st.text("01é", max_size=2))] * 2), max_size=30)


def column(texts):
    return pl.Series("code", texts, pl.String)


@given(COLUMN)
def test_a_changed_text_changes_every_row_that_has_it(texts):
    padded = [None if text is None else text.zfill(2) for text in texts]

    codes = Distinct(column(texts))

    assert codes.coded.to_list() == texts
    assert codes.mapped(lambda known: known.str.zfill(2)).to_list() == padded
    assert codes.changed(lambda known: known.str.zfill(2)).one_of(["01"]).to_list() == [
        text == "01" for text in padded
    ]


@given(PAIRS)
def test_two_columns_stand_beside_each_other(pairs):
    left, right = (Distinct(column([pair[place] for pair in pairs])) for place in (0, 1))

    together = left.beside(right).to_list()

    assert together == [None if None in pair else pair[0] + pair[1] for pair in pairs]


@pytest.mark.parametrize("count", [255, 256, 257, 70_000])
def test_places_hold_any_number_of_texts(count):
    texts = [str(number) for number in range(count)]
    places = pl.Series(range(count), dtype=pl.UInt32)

    again = Distinct(spread(column(texts), places))

    assert again.beside(Distinct(column(["x"] * count)))[count - 1] == f"{count - 1}x"
    assert again.coded.to_list() == texts
