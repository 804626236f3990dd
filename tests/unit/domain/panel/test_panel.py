"""The panel is the sum of all contributions, however they are cut into blocks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contributions import BRAZIL, block, row

from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.panel.firms import CHANNELS
from tidegauge.domain.panel.panel import NEVER, Panel
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number

ARGENTINA = Feed("AR", "indec", "USD", "CIF", "NCM")
FIRST = month_number("2019-11")
CHANNEL_NAMES = (
    ("months", "mass_g"), ("months", "value_e4"), ("months", "lines"), ("weeks", "mass_g"),
    ("quantity", "quantity_milli"), ("unpaired", "mass_g"), ("unpaired", "value_e4"),
    *(("firms", name) for name in CHANNELS),
)  # fmt: skip
ONE = st.fixed_dictionaries({
    "product": st.sampled_from(["310210", "31022100", "72081000"]),
    "origin": st.sampled_from(["CN", "BY", "ZZ"]),
    "month": st.integers(FIRST, FIRST + 5),
    "sign": st.sampled_from([1, 1, -1]),
    "kg": st.integers(0, 10**6),
    "value": st.integers(0, 10**6),
    "has_mass": st.booleans(),
    "has_value": st.booleans(),
    "quantity": st.none() | st.integers(0, 1000),
    "firm": st.integers(0, 4),
    "feed": st.integers(0, 1),
    "week": st.sampled_from([-1, 2600, 2601]),
})  # fmt: skip
ROWS = st.lists(ONE, min_size=1, max_size=25)


def filled(rows, cuts=()):
    """A panel that took the rows, cut into blocks at some places."""
    panel = Panel()
    made = [row(offset, **one) for offset, one in enumerate(rows)]
    bounds = sorted({0, len(made), *(cut % len(made) for cut in cuts)})
    for start, stop in pairwise(bounds):
        panel.apply(block(made[start:stop], feeds=(BRAZIL, ARGENTINA)))
    return panel


def read(panel):
    """Every non-zero cell by its names: (ring, channel, feed, product, origin, period) -> amount."""
    table, cells = panel.series, {}
    series = np.arange(len(table))
    names = [
        (panel.feeds[feed].feed.reporter, int(product), int(origin))
        for feed, product, origin in zip(
            table.feed.used(), table.product.used(), table.origin.used(), strict=True
        )
    ]
    for ring, channel in CHANNEL_NAMES:
        first = 2600 if ring == "weeks" else FIRST
        window = panel.rings[ring].window(series, first, first + 5, channel)
        for one, period in zip(*np.nonzero(window), strict=True):
            cells[ring, channel, *names[one], first + int(period)] = int(window[one, period])
    return cells


def sums_modulo_prime(cells):
    return {key: amount % (2**31 - 1) if key[0] == "firms" else amount for key, amount in cells.items()}


@settings(max_examples=80)
@given(ROWS, st.lists(st.integers(0, 30), max_size=4), st.randoms())
def test_any_partition_and_order_gives_the_same_sums(rows, cuts, shuffler):
    shuffled = rows.copy()
    shuffler.shuffle(shuffled)
    assert read(filled(shuffled, cuts)) == read(filled(rows))


@settings(max_examples=80)
@given(ROWS)
def test_equals_plain_sums(rows):
    expected = {}
    for one in rows:
        reporter = ("BR", "AR")[one["feed"]]
        where = (reporter, product_number(one["product"]), country_number(one["origin"]))
        mass = one["sign"] * one["kg"] * 1000 * one["has_mass"]
        value = one["sign"] * one["value"] * 10_000 * one["has_value"]
        lone = one["has_mass"] != one["has_value"]
        said = {("months", "mass_g"): mass, ("months", "value_e4"): value, ("months", "lines"): one["sign"],
                ("unpaired", "mass_g"): mass * lone, ("unpaired", "value_e4"): value * lone,
                ("quantity", "quantity_milli"): one["sign"] * (one["quantity"] or 0) * 1000}  # fmt: skip
        cells = [(*name, *where, one["month"], amount) for name, amount in said.items()]
        if one["week"] >= 0:
            cells.append(("weeks", "mass_g", *where, one["week"], mass))
        for *key, amount in cells:
            expected[tuple(key)] = expected.get(tuple(key), 0) + amount
    found = {key: amount for key, amount in read(filled(rows)).items() if key[0] != "firms"}
    assert found == {key: amount for key, amount in expected.items() if amount}


@settings(max_examples=50)
@given(ROWS)
def test_rows_taken_back_leave_nothing(rows):
    back = [{**one, "sign": -one["sign"]} for one in rows]
    assert not {key: amount for key, amount in sums_modulo_prime(read(filled(rows + back))).items() if amount}


@settings(max_examples=50)
@given(ROWS, st.integers(0, 25), st.integers(0, 25))
def test_what_is_delivered_twice_is_applied_once(rows, first, second):
    """Blocks may come again cut differently, as long as they come in order."""
    panel, made = Panel(), [row(offset, **one) for offset, one in enumerate(rows)]
    feeds = (BRAZIL, ARGENTINA)
    start, stop = sorted((first % len(rows), second % len(rows)))
    applied = [
        panel.apply(block(piece, feeds=feeds)) if piece else 0
        for piece in (made[:stop], made[start:stop], made[start:], made)
    ]
    assert applied == [stop, 0, len(made) - stop, 0]
    assert read(panel) == read(filled(rows))


def test_each_raw_partition_has_its_own_watermark():
    panel = Panel()
    assert panel.apply(block([row(5, kg=1)], raw_partition=0)) == 1
    assert panel.apply(block([row(3, kg=1)], raw_partition=1)) == 1
    assert panel.apply(block([row(3, kg=1)], raw_partition=0)) == 0
    assert panel.watermarks == {0: 5, 1: 3}


def test_a_feed_reaches_as_far_as_its_records():
    panel = filled([{"month": FIRST + 3, "feed": 1}, {"month": FIRST, "feed": 1}])
    assert [(one.feed.reporter, one.first_month, one.last_month) for one in panel.feeds] == [
        ("BR", NEVER, -1),
        ("AR", FIRST, FIRST + 3),
    ]


def test_groups_wait_for_evaluation_from_their_oldest_change():
    panel = filled(
        [{"month": FIRST + 3}, {"month": FIRST + 1, "origin": "BY"}, {"month": FIRST, "product": "72"}]
    )
    assert panel.pending_from.used().tolist() == [FIRST + 1, FIRST]


def test_the_newest_vintage_of_a_month_is_known():
    panel = Panel()
    panel.apply(block([row(0, month=FIRST, vintage=1), row(1, month=FIRST, vintage=0)], vintages=("a", "b")))
    assert panel.vintages == {(0, FIRST): "b"}


def test_touched_cells_are_told_once():
    panel = filled([{"month": FIRST}, {"month": FIRST}, {"month": FIRST + 1, "week": 2600}])
    series, months = panel.take_changed_months()
    assert (series.tolist(), months.tolist()) == ([0, 0], [FIRST, FIRST + 1])
    assert not len(panel.take_changed_months()[0])
    assert [column.tolist() for column in panel.take_touched("weeks")] == [[0], [2600]]
    assert not len(panel.take_touched("weeks")[0])
    assert not len(panel.take_touched("quantity")[0])


def test_rows_older_than_the_ring_are_counted_and_left_out():
    panel = filled([{"month": FIRST, "kg": 1}, {"month": FIRST - 84, "kg": 1}])
    assert panel.too_old == 1
    assert sum(amount for key, amount in read(panel).items() if key[1] == "mass_g") == 1000


@pytest.mark.parametrize("silent", [Feed("BR", "comexstat", "", "", ""), BRAZIL])
def test_a_feed_that_states_its_currency_late_stays_one_feed(silent):
    panel = Panel()
    panel.apply(block([row(0, kg=1)], feeds=(silent,)))
    panel.apply(block([row(1, kg=1)], feeds=(BRAZIL,)))
    assert [one.feed for one in panel.feeds] == [BRAZIL]
    assert len(panel.series) == 1


LINE_RINGS = (
    ("gross", "gross_g"), ("gross", "value_e4"), ("melt", "stated"), ("melt", "differing"),
    ("melt", "differing_g"),
)  # fmt: skip


def line(offset, **fields):
    return row(offset, month="2019-11", week=2600, **{"kg": 10, "value": 20, **fields})


def of_lines(*rows):
    panel = Panel()
    panel.apply(block(list(rows)))
    cells = {
        f"{r}.{c}": int(panel.rings[r].window(np.array([0]), FIRST, FIRST, c).sum()) for r, c in LINE_RINGS
    }
    tallies = {name: int(tally.read(np.array([0]), 2600, 2600)[3].sum()) for name, tally in
               panel.tallies.items()}  # fmt: skip
    return {name: amount for name, amount in (cells | tallies).items() if amount}


def test_single_lines_tell_gross_mass_quota_and_melt():
    found = of_lines(line(0, gross_kg=12, melt="RU"), line(1, quota=True), line(2, melt="CN"))
    assert found == {
        "gross.gross_g": 12_000, "gross.value_e4": 200_000, "melt.stated": 2, "melt.differing": 1,
        "melt.differing_g": 10_000, "net": 3, "gross_mass": 1, "quota": 1,
    }  # fmt: skip


def test_lines_without_value_or_mass_have_no_unit_value():
    assert of_lines(line(0, value=0), line(1, has_mass=False), line(2, has_value=False, gross_kg=3)) == {}


def test_lines_that_are_taken_back_leave_nothing():
    one = {"gross_kg": 12, "melt": "RU", "quota": True}
    assert of_lines(line(0, **one), line(1, sign=-1, **one)) == {}


def test_statistics_carry_nothing_of_lines():
    panel = Panel()
    panel.apply(block([row(0, kg=10, value=20)]))
    assert panel.tallies["net"].nbytes() == 0
    assert not panel.touched["net"]
