"""Whatever a rule says month by month, what is told of it holds together.

A scripted rule says of each series and month what the figure says: 1 kg nothing, up to 9 kg clear, 10 kg
and more fired, with a severity. So hypothesis chooses signals, and the whole step runs on them.
"""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.monitor.histories import History, is_contributions, log_of, rules, told

from tidegauge.domain.alerts import Family, Status
from tidegauge.domain.episodes import Code, fired_code, fold
from tidegauge.domain.periods import month_number, month_text
from tidegauge.domain.rules.base import REASON_CODE, Figure, Reason, Signals, Window
from tidegauge.domain.rules.registry import RULES
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.service import Monitor
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.memory import MemoryStateStore
from tidegauge.runtime.wire import decode_alert

FIRST = month_number("2018-01")
ORIGINS = ("CN", "RU", "US")
UNKNOWN_KG, CLEAR_KG, FIRED_KG = 1, 5, 10
OVER = (Status.RESOLVED, Status.WITHDRAWN)

SIGNS = st.sampled_from([Code.UNKNOWN, Code.CLEAR, Code.CLEAR, fired_code(0), fired_code(1), fired_code(2)])
SERIES = st.lists(SIGNS, min_size=1, max_size=18)
HISTORIES = st.dictionaries(st.sampled_from(ORIGINS), SERIES, min_size=1)
AFTER = st.integers(1, 3)


def kg_of(code):
    if code == Code.UNKNOWN:
        return UNKNOWN_KG
    return CLEAR_KG if code == Code.CLEAR else FIRED_KG * (code - fired_code(0) + 1)


def evaluate(view, _parameters):
    kg = view.quantity[:, -1]
    fired = kg >= FIRED_KG
    unknown = np.where(kg == UNKNOWN_KG, REASON_CODE[Reason.FIGURE_UNKNOWN], REASON_CODE[Reason.NOT_MET])
    reason = np.where(fired, REASON_CODE[Reason.MET], unknown).astype(np.uint8)
    severity = np.where(fired, kg // FIRED_KG - 1, 0).astype(np.uint8)
    return Signals(fired, reason, severity, {"kg": kg})


def scripted(fire_after, clear_after):
    rule = replace(
        RULES["share-gain"],
        id="scripted",
        family=Family.DEPENDENCY,
        parameters=(),
        figures=(Figure("kg", "kg", "kg", "kg", Window.MONTH, key=True),),
        window_months=1,
        fire_after=fire_after,
        clear_after=clear_after,
        may_fire=lambda glance, _parameters: glance.quantity[:, -1] >= FIRED_KG,
        evaluate=evaluate,
        explanation="{product}",
        explanation_ja="{product}",
    )
    return patch.dict(RULES, {"scripted": rule})


def entries_of(signs):
    """A month after month history in which the rule says `signs` by origin; shorter ones end in zeros."""
    history = History(rules(Ruleset.default().only(("scripted",))))
    for place in range(max(map(len, signs.values()))):
        said = {origin: kg_of(codes[place]) for origin, codes in signs.items() if place < len(codes)}
        history.period(month_text(FIRST + place), **said)
    return history


def codes_of(codes, months):
    """What the rule said by month; a month without a record is clear."""
    padded = [*codes, *[Code.CLEAR] * (months - len(codes))]
    return {FIRST + place: int(code) for place, code in enumerate(padded)}


def chains(payloads):
    """The events of each alert in order, by origin."""
    found = defaultdict(lambda: defaultdict(list))
    for alert in map(decode_alert, payloads):
        found[alert.origin][alert.alert_id].append(alert)
    return {origin: list(by_id.values()) for origin, by_id in found.items()}


def pieces(entry, random):
    """A block of contributions in up to three parts; any other entry as it is."""
    if not is_contributions(entry):
        return [entry]
    at = sorted({0, len(entry), *(random.randrange(len(entry) + 1) for _ in range(2))})
    return [
        replace(entry, columns={name: column[start:stop] for name, column in entry.columns.items()})
        for start, stop in pairwise(at)
    ]


@settings(max_examples=40)
@given(HISTORIES, AFTER, AFTER)
def test_every_episode_is_told_once_opens_once_and_ends_once_or_stays(signs, fire_after, clear_after):
    with scripted(fire_after, clear_after):
        found = chains(told(entries_of(signs).entries))
    months = max(map(len, signs.values()))
    for origin, codes in signs.items():
        episodes = fold(codes_of(codes, months), fire_after, clear_after)
        alerts = found.get(origin, [])
        assert [chain[0].episode_start for chain in alerts] == [month_text(one.start) for one in episodes]
        for episode, chain in zip(episodes, alerts, strict=True):
            statuses = [event.status for event in chain]
            assert statuses[0] is Status.OPEN
            assert statuses.count(Status.OPEN) == 1
            ended = episode.resolved_at is not None
            assert (statuses[-1] is Status.RESOLVED) is ended
            assert set(statuses[1 : -1 if ended else None]) <= {Status.UPDATED}
            assert [event.seq for event in chain] == list(range(len(chain)))
            if ended:
                assert chain[-1].period == month_text(episode.resolved_at)


@settings(max_examples=40)
@given(HISTORIES, AFTER, AFTER)
def test_nothing_flaps(signs, fire_after, clear_after):
    """After an end, the next alert of a series comes at least `fire_after` months later."""
    with scripted(fire_after, clear_after):
        found = chains(told(entries_of(signs).entries))
    for alerts in found.values():
        for earlier, later in pairwise(alerts):
            ended, begins = (month_number(one.period) for one in (earlier[-1], later[0]))
            assert begins - ended >= fire_after


@settings(max_examples=40)
@given(HISTORIES, AFTER, AFTER, st.randoms(use_true_random=False))
def test_block_boundaries_change_nothing(signs, fire_after, clear_after, random):
    with scripted(fire_after, clear_after):
        entries = entries_of(signs).entries
        cut = [piece for entry in entries for piece in pieces(entry, random)]
        assert told(cut) == told(entries)


@settings(max_examples=40)
@given(HISTORIES, AFTER, AFTER, st.sets(st.integers(0, 40), max_size=4))
def test_restarts_change_nothing(signs, fire_after, clear_after, stops):
    with scripted(fire_after, clear_after):
        entries = entries_of(signs).entries
        events = MemoryEvents()
        state = MemoryStateStore(events)
        for stop in sorted({min(stop, len(entries)) for stop in stops} | {len(entries)}):
            monitor = Monitor(log_of(entries[:stop]).log(), state, 0)
            for _ in monitor.drain():
                pass
        payloads = [event.payload for event in events.read(Topic.ALERTS, -1, 10_000)]
        assert payloads == told(entries)


@settings(max_examples=40)
@given(SERIES, st.dictionaries(st.integers(0, 17), SIGNS, min_size=1, max_size=5), AFTER, AFTER)
def test_after_a_revision_what_stands_is_what_the_new_signals_say(codes, changes, fire_after, clear_after):
    revised = list(codes)
    with scripted(fire_after, clear_after):
        history = entries_of({"CN": codes})
        for place, code in sorted(changes.items()):
            if place < len(codes):
                revised[place] = code
                history.period(month_text(FIRST + place), as_of="2021-01-01T00:00:00Z", CN=kg_of(code))
        history.end()
        alerts = chains(told(history.entries)).get("CN", [])
    episodes = fold(codes_of(revised, len(revised)), fire_after, clear_after)
    standing = [chain for chain in alerts if chain[-1].status is not Status.WITHDRAWN]
    assert len(standing) == len(episodes)
    assert sum(chain[-1].status not in OVER for chain in standing) == sum(
        one.resolved_at is None for one in episodes
    )


@pytest.mark.parametrize(
    ("signs", "fire_after", "clear_after", "told_of"),
    [
        ("-1-", 1, 1, ["open 01", "resolved 02"]),
        ("-1-1", 1, 1, ["open 01", "resolved 02", "open 03"]),
        ("-1-1", 1, 2, ["open 01"]),
        ("1-1-11", 2, 2, ["open 05"]),
        ("11--11--", 2, 2, ["open 01", "resolved 03", "open 05", "resolved 07"]),
        ("1.1", 2, 1, ["open 02"]),
        ("111", 3, 3, ["open 02"]),
    ],
)
def test_examples_of_firing_clearing_and_firing_again(signs, fire_after, clear_after, told_of):
    words = {"-": Code.CLEAR, ".": Code.UNKNOWN, "1": fired_code(1)}
    with scripted(fire_after, clear_after):
        alerts = map(decode_alert, told(entries_of({"CN": [words[sign] for sign in signs]}).entries))
        found = [(alert.status, month_number(alert.period) - FIRST) for alert in alerts]
    assert [f"{status} {place:02d}" for status, place in found if status is not Status.UPDATED] == told_of
