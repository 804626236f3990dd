"""What counts in a figure: the last word of each line, whatever came before it."""

from hypothesis import given
from hypothesis import strategies as st
from tests.contributions import BRAZIL, block, mark, row

from tidegauge.domain.codes import country_number, product_number
from tidegauge.domain.ledger.behind import Figure, behind
from tidegauge.domain.panel.view import Feed
from tidegauge.domain.periods import month_number

OTHER = Feed("BR", "declarations", "USD", "CIF", "NCM")
_ORIGINS, _MONTHS = ("CN", "BY"), ("2020-01", "2020-02")


def figure(origin="CN", month="2020-01", feed=BRAZIL):
    place = country_number(origin) if origin else 0
    return Figure(feed.reporter, feed.source, product_number("31022100"), place, month_number(month))


def kilograms(blocks, **of):
    return (behind(blocks, figure(**of)).columns["mass_g"] / 1000).tolist()


def test_a_line_that_was_taken_back_or_moved_does_not_count():
    said = [
        row(1, kg=10.0, week=1),
        row(2, kg=20.0, week=1),
        row(3, kg=30.0, week=1),
        row(1, kg=10.0, week=1, sign=-1),
        row(2, kg=20.0, week=1, sign=-1) | {"raw_offset": 9},
        row(2, kg=21.0, week=1, month="2020-02") | {"raw_offset": 9},
    ]
    blocks = [block(said[:4]), mark("2020-01"), block(said[4:])]
    assert kilograms(blocks) == [30.0]
    assert kilograms(blocks, month="2020-02") == [21.0]


def test_another_feed_and_another_origin_are_other_figures():
    blocks = [block([row(1, kg=1.0), row(2, kg=2.0, feed=1), row(3, kg=4.0, origin="BY")], (BRAZIL, OTHER))]
    assert kilograms(blocks) == [1.0]
    assert kilograms(blocks, feed=OTHER) == [2.0]
    assert kilograms(blocks, origin="") == [1.0, 4.0]
    assert behind(blocks, figure(feed=OTHER)).currency == "USD"


def test_nothing_counts_where_nothing_was_said():
    found = behind([mark("2020-01"), block([row(1, kg=1.0)])], figure(month="2021-01"))
    assert len(found) == 0
    assert found.columns["mass_g"].sum() == 0


_STATES = st.lists(
    st.tuples(
        st.integers(0, 4),  # a line
        st.none() | st.tuples(st.sampled_from(_ORIGINS), st.sampled_from(_MONTHS), st.integers(1, 9)),
    ),
    max_size=30,
)


@given(_STATES, st.integers(1, 7))
def test_the_last_word_of_each_line_adds_up_to_the_figure(states, length):
    held, rows = {}, []
    for place, (key, state) in enumerate(states):
        for sign, content in ((-1, held.get(key)), (1, state)):
            if content is not None:
                origin, month, kg = content
                said = row(key, origin=origin, month=month, kg=kg, sign=sign, week=1)
                rows.append(said | {"raw_offset": place})
        held[key] = state
    blocks = [block(rows[at : at + length]) for at in range(0, len(rows), length)]
    for origin in ("", *_ORIGINS):
        for month in _MONTHS:
            expected = sorted(
                kg for one in held.values() if one for where, when, kg in [one]
                if when == month and origin in {"", where}
            )  # fmt: skip
            assert sorted(kilograms(blocks, origin=origin, month=month)) == expected
