"""The ledger of statistical cells against a plain model: vintages in any order, restatement, sums."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.ledger.books import CONTENT, Pages, Sum, content, split

from tidegauge.domain.codes import product_number
from tidegauge.domain.ledger.flows import CELL, FlowLedger, summed

PRODUCTS = [product_number(code) for code in ("31022100", "72081000")]
MONTH = 24240
OUTCOMES = ("accepted", "duplicates", "superseded", "summed")
ROW = st.fixed_dictionaries({
    "group": st.integers(0, 1),
    "origin": st.integers(1, 3),
    "mass_g": st.none() | st.integers(0, 4),
    "value_e4": st.none() | st.integers(0, 4),
    "quantity_milli": st.none() | st.integers(0, 4),
})  # fmt: skip
FILE = st.tuples(st.integers(1, 4), st.lists(ROW, min_size=1, max_size=8))


def batch(vintage, rows, first_offset=0):
    made = np.zeros(len(rows), CELL)
    for place, row in enumerate(rows):
        one = made[place : place + 1]
        one["key"] = one["check"] = 100 + row["group"]
        one["product"], one["month"] = PRODUCTS[row["group"]], MONTH
        one["origin"], one["vintage"], one["raw_offset"] = row["origin"], vintage, first_offset + place
        one["unit"] = -1 if row["quantity_milli"] is None else row.get("unit", 0)
        for name in ("mass_g", "value_e4", "quantity_milli"):
            one[name] = row[name] or 0
        one["has_mass"], one["has_value"] = row["mass_g"] is not None, row["value_e4"] is not None
    return made


def row(origin=1, mass=None, value=None, quantity=None, group=0, **more):
    return {
        "group": group,
        "origin": origin,
        "mass_g": mass,
        "value_e4": value,
        "quantity_milli": quantity,
    } | more


class Run:
    def __init__(self):
        self.pages, self.sum, self.offset = Pages(), Sum(), 0
        self.ledger, self.counts = FlowLedger(self.pages), {}

    def take(self, vintage, rows, *, adds=False):
        came = self.ledger.take(len(self.pages.stored), batch(vintage, rows, self.offset), adds=adds)
        self.offset += len(rows)
        self.pages.store(came.page)
        self.sum.add(came.contributions)
        for name, count in came.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        return came

    def restart(self):
        self.ledger = FlowLedger(self.pages)
        for number, page in enumerate(self.pages.stored):
            self.ledger.remember(number, page)


def cells_of(rows):
    """The summed cells of one group of one file, as contribution contents."""
    cells = {}
    for one in rows:
        cells.setdefault(one["origin"], []).append(one)

    def total(some, name):
        return sum(one[name] or 0 for one in some)

    def known(some, name):
        return any(one[name] is not None for one in some)

    return {
        content(
            feed=0, product=PRODUCTS[some[0]["group"]], origin=origin, month=MONTH, week=-1,
            mass_g=total(some, "mass_g"), has_mass=known(some, "mass_g"),
            quantity_milli=total(some, "quantity_milli"), unit=0 if known(some, "quantity_milli") else -1,
            value_e4=total(some, "value_e4"), has_value=known(some, "value_e4"), firm=0,
        ): 1
        for origin, some in cells.items()
    }  # fmt: skip


def expected(files):
    """The newest vintage of each group counts; of one vintage the greatest digest."""
    best = {}
    for vintage, rows in files:
        for group in {one["group"] for one in rows}:
            mine = [one for one in rows if one["group"] == group]
            digest = int(summed(batch(vintage, mine))["digest"][0])
            best[group] = max(
                best.get(group, (0, 0, {})), (vintage, digest, cells_of(mine)), key=lambda b: b[:2]
            )
    return {cell: 1 for _, _, cells in best.values() for cell in cells}


@settings(max_examples=200)
@given(st.lists(FILE, min_size=1, max_size=6), st.randoms(), st.booleans())
def test_files_in_any_order_give_the_newest_vintages(files, shuffler, restarts):
    told = files + files[:2]
    shuffler.shuffle(told)
    run = Run()
    for vintage, rows in told:
        shuffler.shuffle(rows := rows.copy())
        run.take(vintage, rows)
        if restarts:
            run.restart()
    assert run.sum.left == expected(files)
    assert run.sum.least >= 0
    assert len(run.ledger) == len({one["group"] for _, rows in files for one in rows})


def masses(run):
    at = [CONTENT.index(name) for name in ("product", "origin", "mass_g")]
    return sorted(tuple(said[place] for place in at)[1:] for said in run.sum.left)


def test_a_restatement_withdraws_absent_origins_and_touches_no_other_product():
    run = Run()
    run.take(1, [row(1, 10), row(2, 20), row(1, 7, group=1)])
    came = run.take(2, [row(1, 11)])
    assert masses(run) == [(1, 7), (1, 11)]
    assert sorted(came.contributions["sign"].tolist()) == [-1, -1, 1]
    assert set(came.contributions["version"].tolist()) == {2}


def test_cells_that_stay_contribute_nothing():
    run = Run()
    run.take(1, [row(1, 10), row(2, 20)])
    came = run.take(2, [row(1, 10), row(2, 21)])
    assert came.contributions["origin"].tolist() == [2, 2]
    assert came.counts["accepted"] == 2


def test_the_same_file_twice_contributes_nothing():
    run = Run()
    run.take(1, [row(1, 10), row(2, 20)])
    came = run.take(1, [row(2, 20), row(1, 10)])
    assert not len(came.contributions["sign"])
    assert not len(came.page)
    assert came.counts["duplicates"] == 2
    assert came.counts["accepted"] == 0


def test_rows_of_one_cell_in_one_file_are_summed():
    run = Run()
    came = run.take(1, [row(1, 10, 5), row(1, 4), row(1, None, 3)])
    assert masses(run) == [(1, 14)]
    assert came.contributions["value_e4"].tolist() == [8]
    assert came.counts["summed"] == 2


def test_an_older_vintage_that_comes_later_is_superseded():
    run = Run()
    run.take(2, [row(1, 10)])
    came = run.take(1, [row(1, 99), row(2, 1)])
    assert not len(came.contributions["sign"])
    assert came.counts["superseded"] == 2
    assert masses(run) == [(1, 10)]


def test_one_vintage_with_two_contents_is_counted_as_a_conflict():
    left = []
    for first, second in ((10, 11), (11, 10)):
        run = Run()
        run.take(1, [row(1, first)])
        assert run.take(1, [row(1, second)]).counts["version_conflicts"] == 1
        left.append(masses(run))
    assert left[0] == left[1]


def test_a_quantity_beside_rows_without_one_is_kept_in_any_order():
    rows = [row(1, 10), row(1, 5, quantity=3)]
    for order in (rows, rows[::-1]):
        came = Run().take(1, order)
        assert came.contributions["quantity_milli"].tolist() == [3]
        assert came.contributions["unit"].tolist() == [0]


def test_quantities_in_several_units_are_not_added():
    rows = [row(1, 1, quantity=3, unit=0), row(1, 1, quantity=50, unit=1), row(1, 1, quantity=20, unit=1)]
    for order in (rows, rows[::-1]):
        came = Run().take(1, order)
        assert came.contributions["quantity_milli"].tolist() == [70]
        assert came.contributions["unit"].tolist() == [1]


def test_the_key_of_another_group_is_refused():
    run = Run()
    run.take(1, [row(1, 10)])
    rows = batch(2, [row(1, 7, group=1), row(2, 11), row(1, 12)])
    rows["check"][1:] = 77
    came = run.ledger.take(1, rows)
    assert came.collisions.tolist() == [1, 2]
    assert came.contributions["mass_g"].tolist() == [7]


def test_an_empty_batch():
    came = Run().take(1, [])
    assert not len(came.page)
    assert not len(came.contributions["sign"])


@given(FILE, st.lists(st.integers(0, 8), max_size=3), FILE)
def test_cells_that_are_added_later_count_as_if_their_file_had_held_them(file, cuts, another):
    """Mended cells join their vintage, in however many deliveries; what comes after meets the same ledger."""
    vintage, rows = file
    whole, mended = Run(), Run()
    whole.take(vintage, rows)
    first, *later = split(rows, cuts)
    mended.take(vintage, first)
    for piece in later:
        mended.take(vintage, piece, adds=True)
    assert mended.sum.left == whole.sum.left
    assert mended.sum.least == 0
    assert sum(mended.counts[name] for name in ("accepted", "duplicates", "superseded", "summed")) == len(
        rows
    )
    again = Run()
    again.pages, again.sum, again.offset = mended.pages, mended.sum, mended.offset
    again.ledger = FlowLedger(mended.pages)
    for page, stored in enumerate(mended.pages.stored):
        again.ledger.remember(page, stored)
    later_vintage = vintage + another[0]
    again.take(later_vintage, another[1])
    whole.take(later_vintage, another[1])
    assert again.sum.left == whole.sum.left


def test_added_cells_of_an_older_vintage_change_nothing():
    run = Run()
    run.take(1, [row(origin=1, mass=5)])
    run.take(2, [row(origin=1, mass=6)])
    before = dict(run.sum.left)
    came = run.take(1, [row(origin=2, mass=7)], adds=True)
    assert (run.sum.left, came.counts["superseded"]) == (before, 1)
