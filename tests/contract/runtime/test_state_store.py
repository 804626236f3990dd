"""What every StateStore with its EventReader must do."""

import pytest

from tidegauge.runtime.events import Event, Topic
from tidegauge.runtime.state import Changes, StateKey

A, B, C = StateKey("cells", "000"), StateKey("cells", "001"), StateKey("tracks", "x|y|1")


class BreaksOff(list):
    """A list that fails halfway through being read."""

    def __iter__(self):
        yield b"first"
        raise OSError("the disk is full")


def everything(runtime):
    return list(runtime.state().load()), [runtime.events.read(topic, -1, 100) for topic in Topic]


def test_an_empty_one(runtime):
    assert everything(runtime) == ([], [[], []])


def test_state_and_events_are_there_after_opening_again(runtime):
    runtime.state().commit(Changes(puts={C: b"3", A: b"1"}), [b"alert 1", b"alert 2"], [b"figures"])
    runtime.state().commit(Changes(puts={B: b"2"}), [b"alert 3"], [])
    runtime = runtime.reopened()
    assert everything(runtime) == (
        [(A, b"1"), (B, b"2"), (C, b"3")],
        [[Event(0, b"alert 1"), Event(1, b"alert 2"), Event(2, b"alert 3")], [Event(0, b"figures")]],
    )
    assert all(isinstance(key, StateKey) for key, _ in runtime.state().load())
    runtime.close()


def test_events_are_read_in_portions_from_any_offset(runtime):
    runtime.state().commit(Changes(), [b"%d" % number for number in range(5)], [])
    assert runtime.events.read(Topic.ALERTS, -1, 2) == [Event(0, b"0"), Event(1, b"1")]
    assert runtime.events.read(Topic.ALERTS, 2, 10) == [Event(3, b"3"), Event(4, b"4")]
    assert runtime.events.read(Topic.FIGURES, -1, 10) == []


def test_puts_replace_and_deletes_remove(runtime):
    runtime.state().commit(Changes(puts={A: b"1", B: b"2"}), [], [])
    runtime.state().commit(Changes(puts={A: b"9"}, deletes={B, C}), [], [])
    assert list(runtime.state().load()) == [(A, b"9")]


def test_a_key_deleted_and_put_at_once_is_there(runtime):
    runtime.state().commit(Changes(puts={A: b"1"}), [], [])
    runtime.state().commit(Changes(puts={A: b"2"}, deletes={A}), [], [])
    assert list(runtime.state().load()) == [(A, b"2")]


def test_partitions_are_apart_and_share_the_logs(runtime):
    runtime.state(0).commit(Changes(puts={A: b"1"}), [b"of 0"], [])
    runtime.state(1).commit(Changes(puts={B: b"2"}), [b"of 1"], [])
    assert list(runtime.state(0).load()) == [(A, b"1")]
    assert list(runtime.state(1).load()) == [(B, b"2")]
    assert [event.payload for event in runtime.events.read(Topic.ALERTS, -1, 9)] == [b"of 0", b"of 1"]


@pytest.mark.parametrize("which", ["alerts", "figures"])
def test_a_commit_that_fails_leaves_nothing(runtime, which):
    runtime.state().commit(Changes(puts={A: b"1", B: b"2"}), [b"alert"], [])
    before = everything(runtime)
    changes = Changes(puts={A: b"z", C: b"z"}, deletes={B})
    events = {"alerts": [b"good"], "figures": [b"good"]} | {which: BreaksOff()}
    with pytest.raises(OSError, match="full"):
        runtime.state().commit(changes, **events)
    assert everything(runtime) == before
    runtime.state().commit(Changes(), [b"next"], [])
    assert runtime.events.read(Topic.ALERTS, 0, 9) == [Event(1, b"next")]
