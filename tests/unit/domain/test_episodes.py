"""Episodes: the fold over signal codes, and what is told about the difference to what was told before."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.alerts import SEVERITIES, Severity, Status
from tidegauge.domain.episodes import (
    Announced,
    Change,
    Code,
    Episode,
    Pair,
    change,
    fired_code,
    fold,
    match,
)

CODES = st.dictionaries(st.integers(0, 60), st.integers(0, Code.FIRED + 3), max_size=40)
AFTER = st.integers(1, 4)


def spoken(codes):
    """The months that the rule spoke about, in order."""
    return [month for month in sorted(codes) if codes[month] != Code.UNKNOWN]


def fired(codes, month):
    return codes[month] >= Code.FIRED


@given(CODES, AFTER, AFTER)
def test_an_episode_starts_with_enough_fired_months_in_a_row(codes, fire_after, clear_after):
    months = spoken(codes)
    for episode in fold(codes, fire_after, clear_after):
        at = months.index(episode.start)
        assert all(fired(codes, month) for month in months[at : at + fire_after])
        assert len(months[at : at + fire_after]) == fire_after
        assert fired(codes, episode.last_fired)
        assert episode.severity is SEVERITIES[codes[episode.last_fired] - Code.FIRED]


@given(CODES, AFTER, AFTER)
def test_an_episode_ends_with_enough_clear_months_or_stays_open(codes, fire_after, clear_after):
    months = spoken(codes)
    episodes = fold(codes, fire_after, clear_after)
    for episode in episodes:
        after = months[months.index(episode.last_fired) + 1 :]
        if episode.resolved_at is None:
            assert len(after) < clear_after
            assert episode is episodes[-1]
        else:
            assert after[clear_after - 1] == episode.resolved_at


@given(CODES, AFTER, AFTER)
def test_nothing_flaps_inside_an_episode(codes, fire_after, clear_after):
    """Between start and last fired month there are never `clear_after` clear months in a row."""
    months = spoken(codes)
    for episode in fold(codes, fire_after, clear_after):
        clear = 0
        for month in months[months.index(episode.start) : months.index(episode.last_fired)]:
            clear = 0 if fired(codes, month) else clear + 1
            assert clear < clear_after


@given(CODES, AFTER, AFTER)
def test_episodes_lie_apart_in_order_and_no_long_run_is_left_out(codes, fire_after, clear_after):
    episodes = fold(codes, fire_after, clear_after)
    for one, other in pairwise(episodes):
        assert one.start <= one.last_fired < one.resolved_at < other.start
    months = spoken(codes)
    for place in range(len(months) - fire_after + 1):
        run = months[place : place + fire_after]
        if all(fired(codes, month) for month in run):
            assert any(one.start <= run[0] and run[-1] <= one.last_fired for one in episodes)


@given(CODES, AFTER, AFTER, st.sets(st.integers(0, 60)))
def test_unknown_months_are_neutral(codes, fire_after, clear_after, gaps):
    known = {month: code for month, code in codes.items() if code != Code.UNKNOWN}
    with_gaps = {**dict.fromkeys(gaps, int(Code.UNKNOWN)), **known}
    assert fold(with_gaps, fire_after, clear_after) == fold(known, fire_after, clear_after)


def text_codes(text):
    """`.` unknown, `-` clear, a digit: fired with that severity."""
    return {
        month: {".": Code.UNKNOWN, "-": Code.CLEAR}.get(sign) or (0 if sign == "." else fired_code(int(sign)))
        for month, sign in enumerate(text)
    }


@pytest.mark.parametrize(
    ("text", "fire_after", "clear_after", "spans"),
    [
        ("--1--", 1, 2, [(2, 2, 4)]),
        ("--1-1--", 1, 2, [(2, 4, 6)]),
        ("--1-", 1, 2, [(2, 2, None)]),
        ("1.-.-", 1, 2, [(0, 0, 4)]),
        ("1-.1-", 1, 2, [(0, 3, None)]),
        ("1-11--", 2, 2, [(2, 3, 5)]),
        ("1.1", 2, 2, [(0, 2, None)]),
        ("1--1--", 1, 2, [(0, 0, 2), (3, 3, 5)]),
        ("....", 1, 1, []),
        ("", 1, 1, []),
    ],
)
def test_examples(text, fire_after, clear_after, spans):
    found = fold(text_codes(text), fire_after, clear_after)
    assert [(one.start, one.last_fired, one.resolved_at) for one in found] == spans


def test_the_severity_is_that_of_the_last_fired_month():
    assert fold(text_codes("013-"), 1, 2)[0].severity is Severity.CRITICAL


TOLD = Announced("a", 10, 14, 0, Status.OPEN, Severity.WATCH, False, {"growth": 0.5})
NOW = Episode(10, 14, Severity.WATCH, None)


def test_match_pairs_by_overlap():
    earlier = replace(TOLD, alert_id="b", start=1, last_fired=3, status=Status.RESOLVED)
    episodes = [Episode(2, 4, Severity.INFO, 6), NOW, Episode(20, 20, Severity.INFO, None)]
    assert match(episodes, [earlier, TOLD], oldest=0) == [
        Pair(episodes[0], earlier),
        Pair(NOW, TOLD),
        Pair(episodes[2], None),
    ]


def test_one_announced_episode_takes_one_folded_one():
    halves = [Episode(10, 11, Severity.WATCH, 13), Episode(14, 14, Severity.WATCH, None)]
    assert match(halves, [TOLD], oldest=0) == [Pair(halves[0], TOLD), Pair(halves[1], None)]


@pytest.mark.parametrize(
    ("told", "oldest", "left_alone"),
    [
        (TOLD, 0, False),
        (TOLD, 15, True),
        (replace(TOLD, status=Status.WITHDRAWN), 0, True),
        (replace(TOLD, status=Status.SUPERSEDED), 0, True),
        (replace(TOLD, status=Status.RESOLVED), 0, False),
    ],
)
def test_what_is_no_longer_there_is_withdrawn_once(told, oldest, left_alone):
    assert match([], [told], oldest) == ([] if left_alone else [Pair(None, told)])


def test_a_superseded_one_never_speaks_for_the_new_rules():
    superseded = replace(TOLD, status=Status.SUPERSEDED)
    assert match([NOW], [superseded], oldest=0) == [Pair(NOW, None)]


def test_a_withdrawn_one_comes_back_under_its_id():
    withdrawn = replace(TOLD, status=Status.WITHDRAWN)
    assert match([NOW], [withdrawn], oldest=0) == [Pair(NOW, withdrawn)]


@pytest.mark.parametrize(
    ("pair", "figures", "why"),
    [
        (Pair(NOW, None), {}, Change.OPENED),
        (Pair(None, TOLD), {}, Change.WITHDRAWN),
        (Pair(replace(NOW, resolved_at=16), TOLD), {}, Change.RESOLVED),
        (Pair(replace(NOW, resolved_at=16), replace(TOLD, status=Status.RESOLVED)), {}, Change.NOTHING_NEW),
        (Pair(NOW, replace(TOLD, status=Status.RESOLVED)), {}, Change.REOPENED),
        (Pair(NOW, replace(TOLD, status=Status.WITHDRAWN)), {}, Change.REOPENED),
        (Pair(replace(NOW, severity=Severity.WARNING), TOLD), {"growth": 0.5}, Change.SEVERITY_CHANGED),
        (Pair(replace(NOW, start=8), TOLD), {"growth": 0.5}, Change.START_MOVED),
        (Pair(replace(NOW, start=8), replace(TOLD, shown_start=8)), {"growth": 0.5}, Change.NOTHING_NEW),
        (Pair(NOW, replace(TOLD, historical=True)), {"growth": 0.5}, Change.NOW_LIVE),
        (Pair(NOW, TOLD), {"growth": 0.5}, Change.NOTHING_NEW),
        (Pair(NOW, TOLD), {"growth": 0.549}, Change.NOTHING_NEW),
        (Pair(NOW, TOLD), {"growth": 0.55}, Change.FIGURES_MOVED),
        (Pair(NOW, TOLD), {"growth": 0.44}, Change.FIGURES_MOVED),
        (Pair(NOW, replace(TOLD, figures={"x_change": 0.3})), {"x_change": 0.42}, Change.NOTHING_NEW),
        (Pair(NOW, replace(TOLD, figures={"x_change": 0.3})), {"x_change": 0.44}, Change.FIGURES_MOVED),
        (Pair(NOW, TOLD), {"share": 0.1}, Change.FIGURES_MOVED),
        (Pair(NOW, TOLD), {}, Change.NOTHING_NEW),
        (Pair(NOW, replace(TOLD, figures={"growth": 0.0})), {"growth": 0.0}, Change.NOTHING_NEW),
    ],
)
def test_change(pair, figures, why):
    assert change(pair, figures, historical=False) is why


@pytest.mark.parametrize(
    ("status", "over"), [(status, status not in ("open", "updated")) for status in Status]
)
def test_over(status, over):
    assert replace(TOLD, status=status).over is over
