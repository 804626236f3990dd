"""Which rows a book can speak of at all: a look at all rows at once, before anything is looked up."""

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.books.prefixes import HS_DIGITS, LEAST_DIGITS
from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import Glance

_DIGITS_BASE = 10**10  # of codes.product_number
_ORIGIN_BITS = 10


class Measured:
    """The targets and HS codes of all measures, as numbers; made once a mark."""

    def __init__(self, books: Books) -> None:
        self._keys: dict[int, Ints] = {}
        self._codes: dict[int, Ints] = {}
        found: dict[int, set[tuple[int, int]]] = {}
        for target, code in books.measures.places():
            number = country_number(target) if target else 0
            found.setdefault(len(code), set()).add((int(code), number))
        for digits, pairs in found.items():
            keys = sorted((code << _ORIGIN_BITS) | origin for code, origin in pairs)
            self._keys[digits] = np.array(keys, np.int64)
            self._codes[digits] = np.array(sorted({code for code, _ in pairs}), np.int64)

    def concerns(self, glance: Glance) -> Bools:
        """[n] whether any measure anywhere names a row's product (six HS digits) and origin.

        Rows of all origins are concerned by a measure against any; rows of scopes always.
        """
        found = np.zeros(len(glance), np.bool_)
        if glance.unit.of_scopes:
            return ~found
        length, code = np.divmod(glance.product, _DIGITS_BASE)
        for digits in range(LEAST_DIGITS, HS_DIGITS + 1):
            if digits not in self._keys:
                continue
            beginning = code // 10 ** np.maximum(length - digits, 0)
            if glance.unit.whole:
                found |= (length >= digits) & np.isin(beginning, self._codes[digits])
                continue
            packed = beginning << _ORIGIN_BITS
            named = np.isin(packed | glance.origin, self._keys[digits]) | np.isin(packed, self._keys[digits])
            found |= (length >= digits) & named
        return found
