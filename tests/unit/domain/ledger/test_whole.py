"""A cancellation of a whole declaration reaches every item, in any order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.ledger.books import CONTENT, Pages, Sum, numbered, split

from tidegauge.domain.ledger.contributions import signed
from tidegauge.domain.ledger.declarations import DeclarationLedger, _columns
from tidegauge.domain.ledger.lines import BIT, EVERYTHING, LINE, Action, fold
from tidegauge.domain.ledger.whole import NEAR, item_checks, item_keys

ITEMS = (1, 2, 7, NEAR + 5)
FOREVER = 10_000  # months


def made(action, declaration, item, version, *, mass=1, day=18_300):  # noqa: PLR0913 - one argument a field
    row = np.zeros(1, LINE)
    whole = np.array([declaration])
    row["whole"], row["item"] = declaration, item
    numbers = np.array([item])
    row["key"] = whole if action == Action.CANCEL_ALL else item_keys(whole, numbers)
    row["check"] = whole if action == Action.CANCEL_ALL else item_checks(whole, numbers)
    row["action"], row["version"], row["unit"] = action, version, -1
    row["sets"] = row["has"] = BIT["feed"]
    if action == Action.ACCEPT:
        row["sets"] = EVERYTHING
        row["has"] = EVERYTHING & ~(BIT["quantity_milli"] | BIT["value_e4"] | BIT["firm"])
        row["product"], row["origin"], row["day"], row["counted"] = 310210, 1, day, 1
        row["mass_g"] = mass
    if action == Action.AMEND:
        row["sets"] |= BIT["mass_g"]
        row["has"] |= BIT["mass_g"]
        row["mass_g"] = mass
    return row


@st.composite
def messages(draw):
    action = draw(st.sampled_from([Action.ACCEPT, Action.ACCEPT, Action.AMEND, *list(Action)]))
    item = 0 if action == Action.CANCEL_ALL else draw(st.sampled_from(ITEMS))
    return made(action, draw(st.integers(1, 2)), item, draw(st.integers(1, 6)), mass=draw(st.integers(1, 3)))


class Run:
    """A ledger, its pages and the sum of what it told."""

    def __init__(self, window=FOREVER):
        self.window, self.pages, self.sum = window, Pages(), Sum()
        self.ledger = DeclarationLedger(self.pages, window)

    def take(self, rows):
        folded = self.ledger.take(len(self.pages.stored), rows)
        self.pages.store(folded.page)
        self.sum.add(folded.contributions)
        return folded

    def restart(self):
        self.ledger = DeclarationLedger(self.pages, self.window)
        for page, rows in enumerate(self.pages.stored):
            self.ledger.remember(page, rows)


def expected(rows):
    """The fold of all versions at once, each whole cancellation written out for every item that occurs."""
    items = {(int(row["whole"]), int(row["item"])) for row in rows if row["action"] != Action.CANCEL_ALL}
    written = [
        made(Action.CANCEL, declaration, item, int(row["version"]))
        for row in rows
        if row["action"] == Action.CANCEL_ALL
        for declaration, item in items
        if declaration == row["whole"]
    ]
    every = np.concatenate([rows[rows["action"] != Action.CANCEL_ALL], *written])
    content, live = fold(every)
    told = Sum()
    told.add(signed(_columns(content[:0]), _columns(content[live])))
    return told.left


@given(
    st.lists(messages(), min_size=1, max_size=14),
    st.lists(st.integers(0, 40), max_size=6),
    st.randoms(use_true_random=False),
    st.booleans(),
)
def test_any_order_and_cut_gives_the_fold_of_all(lines, cuts, shuffler, restarts):
    rows = numbered(np.concatenate(lines))
    order = list(range(len(rows)))
    shuffler.shuffle(order)
    run = Run()
    for batch in split(rows[order], cuts):
        folded = run.take(batch)
        assert folded.counts["accepted"] + folded.counts["duplicates"] == len(batch)
        if restarts:
            run.restart()
    assert run.sum.left == expected(rows)


@pytest.mark.parametrize("first", [Action.ACCEPT, Action.CANCEL_ALL])
def test_a_higher_acceptance_outlives_it(first):
    accept, cancel = made(Action.ACCEPT, 1, 2, 1), made(Action.CANCEL_ALL, 1, 0, 5)
    run = Run()
    for rows in (accept, cancel) if first == Action.ACCEPT else (cancel, accept):
        run.take(rows)
    assert run.sum.left == {}
    run.take(made(Action.ACCEPT, 1, 2, 6, mass=9))
    assert [content[CONTENT.index("mass_g")] for content in run.sum.left] == [9]


def test_another_declaration_is_left_alone():
    run = Run()
    run.take(np.concatenate([made(Action.ACCEPT, 1, 1, 1), made(Action.ACCEPT, 2, 1, 1)]))
    run.take(made(Action.CANCEL_ALL, 1, 0, 2))
    assert sum(run.sum.left.values()) == 1


def test_one_of_a_declaration_older_than_the_window_is_refused_whole():
    run = Run(window=36)
    run.take(np.concatenate([made(Action.ACCEPT, 1, 1, 1), made(Action.ACCEPT, 1, 2, 1)]))
    run.take(made(Action.ACCEPT, 2, 1, 1, day=18_300 + 4 * 366))
    folded = run.take(made(Action.CANCEL_ALL, 1, 0, 2))
    assert folded.late.tolist() == [0]
    assert folded.counts["accepted"] == 0
    assert sum(run.sum.left.values()) == 3


def test_told_twice_it_is_one_repetition():
    run = Run()
    run.take(np.concatenate([made(Action.ACCEPT, 1, item, 1) for item in ITEMS]))
    cancel = made(Action.CANCEL_ALL, 1, 0, 2)
    assert run.take(cancel).counts["accepted"] == 1
    again = run.take(cancel)
    assert (again.counts["accepted"], again.counts["duplicates"]) == (0, 1)
    assert run.sum.left == {}
