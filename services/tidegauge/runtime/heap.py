"""Keeping Python's own collector from halting a process while something waits for its answer.

A full collection of a loaded worker takes 0.1 to 0.2 s, and falls into whichever message or mark comes: the
episodes of a million series alone are half a million objects, none of them in a cycle.
"""

import gc


def set_aside() -> None:
    """Collect once, then set all that lives aside: no later collection walks it again.

    To be called where much came that stays. What is no longer referred to is freed all the same; a cycle
    that becomes unreachable later stays until `settle_heap`.
    """
    gc.collect()
    gc.freeze()


def settle_heap() -> None:
    """The same where something large was dropped: what was set aside before is looked through as well."""
    gc.unfreeze()
    set_aside()
