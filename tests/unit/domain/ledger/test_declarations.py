"""The ledger of declaration lines against a plain model: any order, repetition and interleaving."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.ledger.books import CONTENT, Pages, Sum, content, numbered, split

from tidegauge.domain.codes import chapter_family, product_code, product_number
from tidegauge.domain.ledger.contributions import blocks
from tidegauge.domain.ledger.declarations import DeclarationLedger
from tidegauge.domain.ledger.lines import BIT, EVERYTHING, FIELDS, LINE, Action, content_hash
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number

FOREVER = 10_000  # months
JANUARY = (np.datetime64("2020-01-01") - np.datetime64("1970-01-01")).astype(int)
PRODUCTS = [product_number(code) for code in ("31022100", "72081000", "73181500", "01")]
AMOUNTS = ("mass_g", "quantity_milli", "value_e4", "firm", "gross_g", "melt", "quota")
VALUES = {
    "product": st.sampled_from(PRODUCTS),
    "origin": st.integers(1, 3),
    "day": st.integers(JANUARY, JANUARY + 60),
    "counted": st.sampled_from([1, 1, 1, 0]),
    **{name: st.integers(0, 3) for name in AMOUNTS},
    "quota": st.just(1),
}


@st.composite
def versions(draw):
    """One version of one of three lines: what it says of each field is a value, nothing, or (amend) empty."""
    action = draw(st.sampled_from([Action.ACCEPT, Action.ACCEPT, Action.AMEND, Action.AMEND, Action.CANCEL]))
    made = np.zeros(1, LINE)
    made["key"] = made["check"] = draw(st.integers(1, 3))
    made["version"], made["action"], made["unit"] = draw(st.integers(1, 5)), action, -1
    sets = EVERYTHING if action == Action.ACCEPT else BIT["feed"]
    has = BIT["feed"]
    for name, values in VALUES.items():
        needed = action == Action.ACCEPT and name not in AMOUNTS
        says = draw(st.sampled_from(["value"] if needed else ["value", "nothing", "empty"]))
        if says == "value" and action != Action.CANCEL:
            made[name], has, sets = draw(values), has | BIT[name], sets | BIT[name]
            if name == "quantity_milli":
                made["unit"] = 0
        elif says == "empty" and action == Action.AMEND and name in AMOUNTS:
            sets |= BIT[name]
    made["sets"], made["has"] = sets, has
    return made


LINES = st.lists(versions(), min_size=1, max_size=14)
CUTS = st.lists(st.integers(0, 40), max_size=5)


def expected(rows):
    """The plain model: contents of live lines, folded one version after the other."""
    greatest = {}
    for row in rows:
        place = (int(row["key"]), int(row["version"]))
        said = int(content_hash(row.reshape(1))[0])
        if place not in greatest or said > greatest[place][0]:
            greatest[place] = (said, row)
    states = {}
    for key, number in sorted(greatest):
        row = greatest[key, number][1]
        if row["action"] == Action.ACCEPT:
            states[key] = {"cancelled": False}
        if key not in states:
            continue
        states[key]["cancelled"] |= bool(row["action"] == Action.CANCEL)
        for name in FIELDS:
            if row["sets"] & BIT[name]:
                states[key][name] = int(row[name]) if row["has"] & BIT[name] else None
                if name == "quantity_milli":
                    states[key]["unit"] = int(row["unit"])
    live = [state for state in states.values() if not state["cancelled"] and state["counted"] == 1]
    left = {}
    for made in map(said_by, live):
        left[made] = left.get(made, 0) + 1
    return left


def said_by(state):
    day = state["day"]
    return content(
        feed=state["feed"], product=state["product"], origin=state["origin"],
        month=month_number(str(np.datetime64(int(day), "D"))[:7]), week=(day + 3) // 7,
        mass_g=state["mass_g"] or 0, has_mass=state["mass_g"] is not None,
        quantity_milli=state["quantity_milli"] or 0,
        unit=-1 if state["quantity_milli"] is None else state["unit"],
        value_e4=state["value_e4"] or 0, has_value=state["value_e4"] is not None,
        firm=state["firm"] or 0, gross_g=state["gross_g"] or 0, melt=state["melt"] or 0,
        quota=state["quota"] or 0,
    )  # fmt: skip


class Run:
    """A ledger that takes batches, and all that came out of it."""

    def __init__(self, window=FOREVER):
        self.pages, self.sum, self.window = Pages(), Sum(), window
        self.ledger = DeclarationLedger(self.pages, window)
        self.counts, self.late = {}, []

    def take(self, rows):
        came = self.ledger.take(len(self.pages.stored), rows)
        self.pages.store(came.page)
        self.sum.add(came.contributions)
        self.late += rows[came.late]["raw_offset"].tolist()
        for name, count in came.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count
        return came

    def restart(self):
        self.ledger = DeclarationLedger(self.pages, self.window)
        for number, page in enumerate(self.pages.stored):
            self.ledger.remember(number, page)


@settings(max_examples=250)
@given(LINES, st.lists(st.integers(0, 13), max_size=6), CUTS, st.randoms(), st.booleans())
def test_any_order_repetition_and_cut_gives_the_fold(lines, again, cuts, shuffler, restarts):
    told = lines + [lines[place % len(lines)] for place in again]
    shuffler.shuffle(told)
    rows, run = numbered(np.concatenate(told)), Run()
    for batch in split(rows, cuts):
        run.take(batch)
        if restarts:
            run.restart()
    assert run.sum.left == expected(rows)
    assert run.sum.least >= 0

    distinct = {(int(r["key"]), int(r["version"]), int(content_hash(r.reshape(1))[0])) for r in rows}
    assert run.counts["accepted"] == len(distinct)
    assert run.counts["duplicates"] == len(rows) - len(distinct)
    assert run.counts["version_conflicts"] == len(distinct) - len({key[:2] for key in distinct})
    assert len(run.ledger) == len({key[0] for key in distinct})


@settings(max_examples=60)
@given(LINES, CUTS, st.integers(2, 5))
def test_each_partition_holds_its_own_products(lines, cuts, partitions):
    """A correction that moves a line to another chapter takes it back where it was."""
    rows, run = numbered(np.concatenate(lines)), Run()
    sums = [Sum() for _ in range(partitions)]
    for batch in split(rows, cuts):
        made = blocks(run.take(batch).contributions, [Feed("BR", "d", "USD", "", "")], ["kg"], 0, partitions)
        for partition, block in made.items():
            sums[partition].add(block.columns)
    place = CONTENT.index("product")
    left = {}
    for one in sums:
        families = {chapter_family(product_code(said[place])) for said in one.left}
        assert not families & left.keys()
        left |= dict.fromkeys(families)
    assert sum(len(one.left) for one in sums) == len(expected(rows))
    assert all(one.least >= 0 for one in sums)


def line(number, action=Action.ACCEPT, *, day="2020-01-15", key=1, **fields):
    made = np.zeros(1, LINE)
    made["key"] = made["check"] = key
    made["version"], made["action"], made["unit"] = number, action, -1
    said = fields if action != Action.ACCEPT else {"product": PRODUCTS[0], "origin": 1, "counted": 1} | fields
    if action == Action.ACCEPT:
        made["day"] = (np.datetime64(day) - np.datetime64("1970-01-01")).astype(int)
    bits = sum(BIT[name] for name in said) | BIT["feed"] | (BIT["day"] if action == Action.ACCEPT else 0)
    made["has"], made["sets"] = bits, EVERYTHING if action == Action.ACCEPT else bits
    for name, value in said.items():
        made[name] = value
    return made


def left_products(run):
    return sorted(product_code(said[CONTENT.index("product")]) for said in run.sum.left)


def test_a_correction_to_another_chapter_leaves_nothing_behind():
    run = Run()
    run.take(line(1, mass_g=5))
    run.take(line(2, Action.AMEND, product=PRODUCTS[1]))
    assert left_products(run) == ["72081000"]


def test_an_amendment_waits_for_its_base():
    run = Run()
    came = run.take(line(2, Action.AMEND, mass_g=9))
    assert not len(came.contributions["sign"])
    assert came.counts["waiting"] == 1
    run.take(line(1, mass_g=5))
    assert [said[CONTENT.index("mass_g")] for said in run.sum.left] == [9]


def test_a_correction_that_changes_nothing_contributes_nothing():
    run = Run()
    run.take(line(1, mass_g=5))
    assert not len(run.take(line(2, Action.AMEND, mass_g=5)).contributions["sign"])


@pytest.mark.parametrize(
    "correction", [line(2, Action.AMEND, mass_g=9), line(2, Action.CANCEL), line(2, mass_g=1)]
)
def test_corrections_older_than_the_window_are_refused(correction):
    run = Run(window=36)
    run.take(line(1, mass_g=5))
    run.take(line(1, day="2023-02-01", key=2))
    came = run.take(correction)
    assert came.late.tolist() == [0]
    assert not len(came.page)
    assert not len(came.contributions["sign"])


def test_within_the_window_corrections_are_taken():
    run = Run(window=36)
    run.take(line(1, mass_g=5))
    run.take(line(1, day="2023-01-31", key=2))
    came = run.take(line(2, Action.CANCEL))
    assert not len(came.late)
    assert len(run.sum.left) == 1


def test_an_old_version_told_again_is_a_repetition_and_not_late():
    run = Run(window=36)
    run.take(line(1, mass_g=5))
    run.take(line(1, day="2026-01-31", key=2))
    came = run.take(line(1, mass_g=5))
    assert not len(came.late)
    assert came.counts["duplicates"] == 1


def test_the_key_of_another_line_is_refused():
    run = Run()
    run.take(line(1, mass_g=5))
    stranger = line(1, mass_g=7)
    stranger["check"] = 99
    came = run.take(stranger)
    assert came.collisions.tolist() == [0]
    assert not len(came.page)
    assert [said[CONTENT.index("mass_g")] for said in run.sum.left] == [5]


def test_a_stored_ledger_remembers_its_newest_month():
    run = Run(window=36)
    run.take(line(1, mass_g=5))
    run.take(line(1, day="2024-01-31", key=2))
    run.restart()
    assert run.take(line(2, Action.CANCEL)).late.tolist() == [0]
