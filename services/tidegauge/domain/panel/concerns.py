"""Which products of many a list of published codes could speak of, found without a loop over products."""

from collections.abc import Collection

import numpy as np

from tidegauge.domain.arrays import Bools, Ints

_DIGITS_BASE = 10**10  # of codes.product_number: length * 10^10 + digits


def concerned(codes: Collection[str], product: Ints, *, any_of: bool = False) -> Bools:
    """[n] products that begin with one of some codes, or that one of them begins with.

    Never leaves out a product that a record of such a code speaks of; may let others through. With `any_of`
    a row stands for several products (a scope), and all are let through.
    """
    found = np.full(len(product), any_of and bool(codes))
    if not codes or any_of:
        return found
    length, digits = np.divmod(product, _DIGITS_BASE)
    for own in np.unique(length).tolist():
        rows = length == own
        wanted = {code[:own] for code in codes}
        for size in sorted({len(code) for code in wanted}):
            numbers = [int(code) for code in sorted(wanted) if len(code) == size]
            found[rows] |= np.isin(digits[rows] // 10 ** (own - size), numbers)
    return found
