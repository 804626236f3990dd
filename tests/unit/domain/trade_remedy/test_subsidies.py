"""Programmes are summed by kind, and each counts once."""

import numpy as np
import pytest

from tidegauge.domain.trade_remedy.subsidies import Benefits, counted, summed

KINDS = ("direct_transfer", "revenue_forgone")
NAN = float("nan")


def word(programme, rate, **fields):
    plain = {"subject": 0, "kind": "direct_transfer", "found_by": "US", "source": "a", "recipient": ""}
    return {"programme": programme, "rate": rate, **plain, **fields}


def benefits(*words):
    def column(name):
        return tuple(one[name] for one in words)

    texts = {name: column(name) for name in ("programme", "kind", "found_by", "source", "recipient")}
    return Benefits(
        subject=np.array(column("subject"), np.int64), rate=np.array(column("rate"), float), **texts
    )


def total(*words, subjects=1):
    made = benefits(*words)
    return summed(made, counted(made), subjects, KINDS)


def test_distinct_programmes_are_summed_by_kind():
    found = total(word("loans", 0.03), word("grants", 0.01), word("tax", 0.02, kind="revenue_forgone"))
    assert found.tolist() == [[pytest.approx(0.04), pytest.approx(0.02)]]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"rate": 0.05}, {"rate": 0.01, "found_by": "analyst", "source": "b"}),
        ({"rate": 0.05, "found_by": "notified"}, {"rate": 0.01, "found_by": "petition"}),
        ({"rate": 0.05}, {"rate": 0.01, "recipient": "one firm"}),
        ({"rate": 0.01}, {"rate": 0.05, "source": "b"}),
        ({"rate": 0.05, "found_by": "petition"}, {"rate": 0.01, "found_by": ""}),
        ({"rate": 0.05, "found_by": "analyst"}, {"rate": NAN}),
    ],
)
def test_one_programme_counts_once(first, second):
    one, other = word("loans", **first), word("loans", **second)
    for order in ([one, other], [other, one]):
        made = benefits(*order)
        assert [order[place] for place in np.flatnonzero(counted(made))] == [one]
        assert total(*order)[0, 0] == first["rate"]


def test_one_programme_speaks_of_every_subject_it_concerns():
    found = total(word("loans", 0.03), word("loans", 0.03, subject=1), subjects=3)
    assert found[:, 0].tolist() == [0.03, 0.03, 0.0]


def test_a_benefit_that_is_not_known_adds_nothing():
    assert total(word("loans", NAN), word("grants", 0.01))[0, 0] == 0.01


def test_nothing_known_is_no_benefit():
    assert total().tolist() == [[0.0, 0.0]]
