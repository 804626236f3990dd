"""Objects that stay: Python's full collections pass over them.

The episodes of a million series are half a million objects, and looking through them for cycles, of which
they have none, takes a fifth of a second in whatever mark comes.
"""

import gc


def keep() -> None:
    """Take everything that lives now as long-lived; what is no longer referred to is freed all the same.

    Of the whole process; a cycle that is alive now and unreachable later stays in memory.
    """
    gc.collect()
    gc.freeze()
