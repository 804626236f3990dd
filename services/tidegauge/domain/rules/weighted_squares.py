"""Weighted least squares of many series at once, each under one of several designs.

A row is a series with its weights under one design. Rows are laid out in blocks of a fixed size, all of one
design, so that every product is the same small matrix product whatever else is in the batch: a row's result
does not depend, to the last bit, on its company or its place. The normal equations are then solved by
elimination, element-wise over all rows.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import AnyArray, Floats, Ints

BLOCK: Final = 16  # rows of one matrix product
_SINGULAR = 1e-9  # a pivot below this share of its moment: the column is not identified


@dataclass(frozen=True, slots=True)
class Designs:
    """k models of the same T months, and the products of their columns, made once."""

    columns: Floats  # [k, T, p]
    across: Floats  # [k, p, T] the same, for residuals
    products: Floats  # [k, T, p (p + 1) / 2] upper triangle, row by row

    @staticmethod
    def of(columns: Floats) -> "Designs":
        """The designs with their products; columns is [k, T, p]."""
        upper, right = np.triu_indices(columns.shape[2])
        return Designs(
            np.ascontiguousarray(columns),
            np.ascontiguousarray(columns.transpose(0, 2, 1)),
            np.ascontiguousarray(columns[:, :, upper] * columns[:, :, right]),
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where r rows, sorted by design, lie in groups x blocks x BLOCK places; a group has one design."""

    design: Ints  # [groups]
    source: Ints | None  # [places] the row at each place, the first where one is left over; None: in order
    place: Ints  # [r] the place of each row

    @staticmethod
    def of(design: Ints, count: int) -> "Layout":
        """The layout of rows with these designs, sorted, out of `count`."""
        rows = np.bincount(design, minlength=count)
        blocks = -(-rows // BLOCK)
        places = int(blocks.sum()) * BLOCK
        order = np.arange(len(design))
        if places == len(design) and count and bool((blocks == blocks[0]).all()):
            return Layout(np.arange(count), None, order)
        place = order + ((np.cumsum(blocks) - blocks) * BLOCK - (np.cumsum(rows) - rows))[design]
        source = np.zeros(places, dtype=np.int64)
        source[place] = order
        return Layout(np.repeat(np.arange(count), blocks), source, place)

    def blocks(self, rows: AnyArray) -> AnyArray:
        """[groups, blocks, BLOCK, ...] the rows in their places."""
        placed = rows if self.source is None else rows[self.source]
        each = len(placed) // (max(len(self.design), 1) * BLOCK)
        return placed.reshape(len(self.design), each, BLOCK, *rows.shape[1:])

    def rows(self, blocks: AnyArray) -> AnyArray:
        """[r, ...] the rows out of their blocks."""
        placed = blocks.reshape(math.prod(blocks.shape[:3]), *blocks.shape[3:])
        return placed if self.source is None else placed[self.place]


def solve(designs: Designs, design: Ints, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Coefficients [..., p], and the variance of the last [...] per unit of the errors' variance.

    y and weights are laid out in blocks [..., T], `design` is their groups'. A column that the weights leave
    unidentified gets the coefficient 0; if it is the last, its variance is infinite.
    """
    p = designs.columns.shape[2]
    moments = np.matmul(weights, designs.products[design, None])
    right = np.matmul(weights * y, designs.columns[design, None])
    table = np.zeros((p, p + 1, math.prod(right.shape[:3])))
    start = 0
    for row in range(p):
        table[row, row:p] = moments[..., start : start + p - row].reshape(-1, p - row).T
        start += p - row
    table[:, p] = right.reshape(-1, p).T
    coefficients, inverse = _eliminate(table)
    variance = np.where(inverse > 0.0, inverse, np.inf)
    return coefficients.T.copy().reshape(right.shape), variance.reshape(right.shape[:3])


def _eliminate(table: Floats) -> tuple[Floats, Floats]:
    """Solves [p, p + 1, n] symmetric systems given by their upper triangle, and inverts the last pivot [n].

    L D L' without exchange, which is stable for moments; what ends up below the diagonal is never read.
    """
    p = table.shape[0]
    least = _SINGULAR * np.einsum("iin->in", table[:, :p])
    inverse = np.zeros(table.shape[2])
    for i in range(p):
        pivot = table[i, i]
        inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > least[i])
        scaled = table[i, i + 1 :] * inverse
        table[i + 1 :, i + 1 :] -= table[i, i + 1 : p, None] * scaled
        table[i, i + 1 :] = scaled
    solved = table[:, p].copy()
    for i in reversed(range(p - 1)):
        solved[i] -= np.add.reduce(table[i, i + 1 : p] * solved[i + 1 :], axis=0)
    return solved, inverse


def residuals(designs: Designs, design: Ints, y: Floats, coefficients: Floats) -> Floats:
    """[..., T] what the fits leave of y, laid out in blocks."""
    left: Floats = np.matmul(coefficients, designs.across[design, None])
    return np.subtract(y, left, out=left)
