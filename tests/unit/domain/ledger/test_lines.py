"""The fold of the versions of lines, at its edges."""

import numpy as np
import pytest

from tidegauge.domain.ledger.lines import BIT, EVERYTHING, LINE, NEEDED, Action, content_hash, fold

WHOLE = NEEDED | BIT["mass_g"] | BIT["value_e4"]


def version(number, action=Action.ACCEPT, *, key=1, sets=EVERYTHING, has=WHOLE, **fields):
    made = np.zeros(1, LINE)
    made["key"], made["version"], made["action"] = key, number, action
    made["sets"], made["has"], made["counted"] = sets, has, 1
    made["unit"], made["product"] = -1, 7
    for name, value in fields.items():
        made[name] = value
    return made


def amend(number, **fields):
    bits = sum(BIT[name] for name in fields)
    return version(number, Action.AMEND, sets=bits, has=bits, **fields)


def clear(number, field):
    return version(number, Action.AMEND, sets=BIT[field], has=0)


def cancel(number):
    return version(number, Action.CANCEL, sets=0, has=0)


def folded(*rows):
    found, live = fold(np.concatenate(rows))
    return found, live.tolist()


def test_an_amendment_changes_what_it_says_and_nothing_else():
    found, live = folded(version(1, mass_g=10, value_e4=5), amend(2, mass_g=20))
    assert live == [True]
    assert (found["mass_g"][0], found["value_e4"][0], found["product"][0]) == (20, 5, 7)


def test_clear_empties_a_field():
    found, live = folded(version(1, mass_g=10), clear(2, "mass_g"))
    assert live == [True]
    assert not found["has"][0] & BIT["mass_g"]
    assert found["has"][0] & BIT["value_e4"]


def test_a_cleared_field_can_be_filled_again():
    found, _ = folded(version(1, mass_g=10), clear(2, "mass_g"), amend(3, mass_g=4))
    assert found["has"][0] & BIT["mass_g"]
    assert found["mass_g"][0] == 4


@pytest.mark.parametrize(
    ("rows", "live"),
    [
        ((amend(2, mass_g=1),), False),
        ((cancel(2),), False),
        ((version(1), cancel(2)), False),
        ((version(1), cancel(2), amend(3, mass_g=4)), False),
        ((version(1), cancel(2), version(3)), True),
        ((version(3), cancel(2)), True),
        ((version(1), version(5), cancel(4)), True),
        ((version(1, counted=0),), False),
        ((version(1, counted=0), amend(2, counted=1)), True),
        ((version(1), amend(9, mass_g=1)), True),
    ],
)
def test_live(rows, live):
    assert folded(*rows)[1] == [live]
    assert folded(*rows[::-1])[1] == [live]


def test_content_runs_from_the_latest_accept_on():
    found, _ = folded(version(1, mass_g=1), amend(2, firm=9), version(3, mass_g=3))
    assert found["mass_g"][0] == 3
    assert not found["has"][0] & BIT["firm"]


def test_of_one_version_the_greatest_content_counts_whichever_came_first():
    one, other = version(1, mass_g=1), version(1, mass_g=2)
    greatest = max(one, other, key=lambda row: int(content_hash(row)[0]))["mass_g"][0]
    assert folded(one, other)[0]["mass_g"][0] == folded(other, one)[0]["mass_g"][0] == greatest


def test_lines_do_not_lend_each_other_fields():
    unbased = amend(1, value_e4=3)
    unbased["key"] = 2
    found, live = folded(version(1, key=1, mass_g=5), unbased, cancel(1))
    assert found["key"].tolist() == [1, 2]
    assert live[1] is False


def test_nothing_folds_to_nothing():
    found, live = fold(np.empty(0, LINE))
    assert not len(found)
    assert not len(live)


def test_the_hash_ignores_where_a_version_came_from():
    one = version(1, mass_g=3)
    assert content_hash(one) == content_hash(version(2, key=8, mass_g=3, raw_offset=77, previous=5))
    assert content_hash(one) != content_hash(version(1, mass_g=4))
