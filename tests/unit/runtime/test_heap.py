"""What is set aside from Python's collector, and what is not."""

import gc
import weakref

import pytest

from tidegauge.runtime.heap import set_aside, settle_heap


class Node:
    """Something that can hold itself."""


@pytest.fixture(autouse=True)
def thawed():
    yield
    gc.unfreeze()


@pytest.mark.parametrize("turn", [set_aside, settle_heap])
def test_what_is_there_is_set_aside(turn):
    turn()
    assert gc.get_freeze_count() > 0


def test_what_was_dropped_since_it_was_set_aside_goes_at_the_next_turn():
    node = Node()
    node.itself = node
    settle_heap()
    held = weakref.ref(node)
    del node
    set_aside()
    assert held() is not None
    settle_heap()
    assert held() is None
