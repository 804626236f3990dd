"""Array types used across the domain, and the distinct values of whole numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]
AnyArray = NDArray[Any]


def distinct(values: Ints) -> Ints:
    """The distinct values in order, as np.unique gives them; sorting is faster than its hashing."""
    ordered = np.sort(values)
    found: Ints = ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
    return found
