"""How many firms stand behind a cell: one, two, or three and more, exactly and reversibly.

Every line of a known firm adds sign * h**k (k = 0..4, h the firm's hash) in a prime field. These are the
power sums of a measure whose support is the set of firms; the rank of their Hankel matrix is the number of
distinct firms, up to its size of 3. The sums are linear: cancelled lines vanish without a trace, and windows
are sums of months. Lines of unknown firms stay outside: they might be anybody's.
"""

from typing import Final

import numpy as np

from tidegauge.domain.arrays import Ints

PRIME: Final = 2_147_483_647  # 2**31 - 1: products of two residues fit int64
ENOUGH: Final = 3  # cells on fewer firms are for the authority only


def power_sums(firm: Ints, sign: Ints) -> dict[str, Ints]:
    """The five channels that rows of (hashed firm, sign) add to a cell; leave firm 0 (unknown) out."""
    base = firm % PRIME
    power, sums = sign.astype(np.int64), {}
    for name in CHANNELS:
        sums[name] = power
        power = power * base % PRIME
    return sums


def distinct_firms(sums: list[Ints]) -> Ints:
    """[n] the number of distinct known firms, 0..3 (3 = three or more), from the five sums."""
    s = [value % PRIME for value in sums]
    two = _minor(s[0], s[1], s[1], s[2])
    three = _determinant(s)
    some = np.any(np.stack(s) != 0, axis=0)
    counted: Ints = np.where(three != 0, ENOUGH, np.where(two != 0, 2, np.where(some, 1, 0)))
    return counted


def _minor(a: Ints, b: Ints, c: Ints, d: Ints) -> Ints:
    return (a * d % PRIME - b * c % PRIME) % PRIME


def _determinant(s: list[Ints]) -> Ints:
    """Of the 3 x 3 Hankel matrix, in the field."""
    first = s[0] * _minor(s[2], s[3], s[3], s[4]) % PRIME
    second = s[1] * _minor(s[1], s[3], s[2], s[4]) % PRIME
    third = s[2] * _minor(s[1], s[2], s[2], s[3]) % PRIME
    determinant: Ints = (first - second + third) % PRIME
    return determinant


CHANNELS: Final = ("firm_0", "firm_1", "firm_2", "firm_3", "firm_4")
