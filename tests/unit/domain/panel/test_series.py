"""The series table: dense ids in order of arrival, and the members of product groups."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.keytable import MISSING
from tidegauge.domain.panel.series import SeriesTable

ROWS = st.tuples(
    st.integers(0, 2),
    st.sampled_from([product_number(code) for code in ("31", "0031", "310210", "3102100000")]),
    st.sampled_from([country_number(code) for code in ("AA", "CN", "NA", "ZZ")]),
)


def columns(rows):
    return tuple(np.array(column, np.int64) for column in zip(*rows, strict=True))


@settings(max_examples=150)
@given(st.lists(st.lists(ROWS, min_size=1, max_size=15), max_size=6))
def test_ids_follow_first_appearance_and_groups_know_their_members(batches):
    table, order = SeriesTable(), {}
    for batch in batches:
        for row in batch:
            order.setdefault(row, len(order))
        assert table.ids(*columns(batch)).tolist() == [order[row] for row in batch]
    assert len(table) == len(order)
    assert list(zip(table.feed.used(), table.product.used(), table.origin.used(), strict=True)) == list(order)

    groups = list(dict.fromkeys((feed, product) for feed, product, _ in order))
    assert table.groups == len(groups)
    for number, group in enumerate(groups):
        assert table.group_ids(*columns([group])).tolist() == [number]
        expected = sorted((row[2], place) for row, place in order.items() if row[:2] == group)
        series, place = table.members(np.array([number]))
        assert series.tolist() == [one for _, one in expected]
        assert not place.any()
        assert table.group_size.data[number] == len(expected)
        assert (table.group.data[series] == number).all()


@settings(max_examples=60)
@given(st.lists(st.lists(ROWS, min_size=1, max_size=15), min_size=1, max_size=6), st.randoms())
def test_members_come_in_the_order_of_the_groups_asked(batches, shuffler):
    table = SeriesTable()
    for batch in batches:
        table.ids(*columns(batch))
    asked = list(range(table.groups))
    shuffler.shuffle(asked)
    series, place = table.members(np.array(asked, np.int64))
    alone = [table.members(np.array([group]))[0] for group in asked]
    assert series.tolist() == np.concatenate(alone).tolist()
    assert place.tolist() == [at for at, members in enumerate(alone) for _ in members]


@settings(max_examples=60)
@given(st.lists(st.lists(ROWS, min_size=1, max_size=15), min_size=1, max_size=6))
def test_all_rows_at_once_give_the_same_table(batches):
    """A stored state is loaded in one go."""
    grown, loaded = SeriesTable(), SeriesTable()
    for batch in batches:
        grown.ids(*columns(batch))
    loaded.ids(*(column.used().astype(np.int64) for column in (grown.feed, grown.product, grown.origin)))
    for name in ("feed", "product", "origin", "group", "group_feed", "group_product", "group_size"):
        assert np.array_equal(getattr(loaded, name).used(), getattr(grown, name).used())


def test_no_groups_have_no_members():
    series, place = SeriesTable().members(np.empty(0, np.int64))
    assert not len(series)
    assert not len(place)


def test_an_unknown_group_is_missing():
    assert SeriesTable().group_ids(np.array([0]), np.array([product_number("31")])).tolist() == [MISSING]


def test_many_series():
    table = SeriesTable()
    product = np.arange(30_000) % 3_000 + product_number("31020000")
    ids = table.ids(np.zeros(30_000, np.int64), product, np.arange(30_000) // 3_000 + 1)
    assert np.array_equal(ids, np.arange(30_000))
    series, place = table.members(np.arange(3_000))
    assert np.array_equal(series, (np.arange(10)[None, :] * 3_000 + np.arange(3_000)[:, None]).ravel())
    assert np.array_equal(place, np.repeat(np.arange(3_000), 10))
