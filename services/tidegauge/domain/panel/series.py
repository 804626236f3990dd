"""Which series exist: dense ids for (feed, product, origin), and the product group each lies in."""

import numpy as np

from tidegauge.domain.arrays import Ints
from tidegauge.domain.keytable import MISSING, KeyTable
from tidegauge.domain.panel.growing import Growing

_ORIGIN_BITS = 10
_PRODUCT_BITS = 37
SEGMENT = 8192  # ids in one stored piece of a column


class SeriesTable:
    """Series and product groups (a feed's product, all origins) under dense ids, in order of arrival."""

    def __init__(self) -> None:
        self._series_keys, self._group_keys = KeyTable(), KeyTable()
        self.feed, self.product, self.origin = Growing(np.int32), Growing(np.int64), Growing(np.int16)
        self.group = Growing(np.int32)
        self.group_feed, self.group_product = Growing(np.int32), Growing(np.int64)
        self.group_size = Growing(np.int32)
        self._next = Growing(np.int32, fill=MISSING)  # the group's members as a linked list
        self._head = Growing(np.int32, fill=MISSING)

    def __len__(self) -> int:
        """How many series exist."""
        return len(self.feed)

    @property
    def groups(self) -> int:
        """How many product groups exist."""
        return len(self.group_feed)

    def ids(self, feed: Ints, product: Ints, origin: Ints) -> Ints:
        """[n] the series ids of rows; unknown ones are created in order of first appearance."""
        keys = (feed << (_ORIGIN_BITS + _PRODUCT_BITS)) | (product << _ORIGIN_BITS) | origin
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        found = self._series_keys.get(distinct)
        new = np.flatnonzero(found == MISSING)
        if len(new):
            new = new[np.argsort(first[new], kind="stable")]
            found[new] = self._create(
                distinct[new], feed[first[new]], product[first[new]], origin[first[new]]
            )
        return found[inverse]

    def members(self, groups: Ints) -> tuple[Ints, Ints]:
        """The series of groups, ordered by (place of the group, origin): (series, place in `groups`)."""
        current, place = self._head.data[groups].astype(np.int64), np.arange(len(groups))
        series, places = [], []
        while len(current):
            there = current != MISSING
            current, place = current[there], place[there]
            series.append(current)
            places.append(place)
            current = self._next.data[current].astype(np.int64)
        found, owner = np.concatenate([*series, _NONE]), np.concatenate([*places, _NONE])
        order = np.lexsort((self.origin.data[found], owner))
        return found[order], owner[order]

    def group_ids(self, feed: Ints, product: Ints) -> Ints:
        """[n] the ids of product groups, MISSING where there is none."""
        return self._group_keys.get((feed << _PRODUCT_BITS) | product)

    def _create(self, keys: Ints, feed: Ints, product: Ints, origin: Ints) -> Ints:
        ids = np.arange(len(self), len(self) + len(keys))
        for column, values in ((self.feed, feed), (self.product, product), (self.origin, origin)):
            column.reach(len(ids) + int(ids[0]))
            column.data[ids] = values
        self._series_keys.put(keys, ids)
        self._join(ids, feed, product)
        return ids

    def _join(self, ids: Ints, feed: Ints, product: Ints) -> None:
        """Enter new series into their groups, creating those that are new."""
        keys = (feed << _PRODUCT_BITS) | product
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        found = self._group_keys.get(distinct)
        new = np.flatnonzero(found == MISSING)
        new = new[np.argsort(first[new], kind="stable")]
        found[new] = np.arange(self.groups, self.groups + len(new))
        self._group_keys.put(distinct[new], found[new])
        for column in (self.group_feed, self.group_product, self.group_size, self._head):
            column.reach(max(self.groups, int(found.max(initial=-1)) + 1))
        self.group_feed.data[found[new]] = feed[first[new]]
        self.group_product.data[found[new]] = product[first[new]]
        self._link(ids, found[inverse])

    def _link(self, ids: Ints, groups: Ints) -> None:
        """Chain new series before the old head of their group."""
        for column in (self.group, self._next):
            column.reach(len(self))
        self.group.data[ids] = groups
        np.add.at(self.group_size.data, groups, 1)
        order = np.argsort(groups, kind="stable")
        ids, groups = ids[order], groups[order]
        starts = np.flatnonzero(np.diff(groups, prepend=-1))
        follows = np.empty(len(ids), np.int64)
        follows[1:] = ids[:-1]
        follows[starts] = self._head.data[groups[starts]]
        self._next.data[ids] = follows
        ends = np.append(starts[1:], len(ids)) - 1
        self._head.data[groups[ends]] = ids[ends]


_NONE = np.empty(0, np.int64)
