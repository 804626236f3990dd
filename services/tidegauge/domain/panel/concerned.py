"""Which rows a book can speak of at all: a look at all rows at once, before anything is looked up."""

import numpy as np

from tidegauge.domain.arrays import Bools, Ints
from tidegauge.domain.books import Books
from tidegauge.domain.codes import country_number
from tidegauge.domain.panel.view import Glance

_DIGITS_BASE = 10**10  # of codes.product_number
_ORIGIN_BITS = 10


class Measured:
    """The targets and HS codes of all measures, as numbers; made once a mark."""

    def __init__(self, books: Books) -> None:
        self._keys: dict[int, Ints] = {}
        self._codes: dict[int, Ints] = {}
        self._asked: Glance | None = None  # rules ask of one glance after the other
        self._answer: Bools = np.zeros(0, np.bool_)
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
        if self._asked is not glance:
            self._asked, self._answer = glance, self._look(glance)
        return self._answer

    def _look(self, glance: Glance) -> Bools:
        found = np.zeros(len(glance), np.bool_)
        if glance.unit.of_scopes:
            return ~found
        length, code = np.divmod(glance.product, _DIGITS_BASE)
        for digits, codes in self._codes.items():
            beginning = code // 10 ** np.maximum(length - digits, 0)
            rows = np.flatnonzero((length >= digits) & _among(beginning, codes))
            if not glance.unit.whole:
                packed, keys = beginning[rows] << _ORIGIN_BITS, self._keys[digits]
                rows = rows[_among(packed | glance.origin[rows], keys) | _among(packed, keys)]
            found[rows] = True
        return found


def _among(values: Ints, ordered: Ints) -> Bools:
    """[n] whether values are among a few ordered ones."""
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    among: Bools = ordered[place] == values
    return among
