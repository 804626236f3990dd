"""What every rule said about the subjects that someone follows, for the page that brings the tests together.

Followed is a subject on which some rule fires, or fired in the months kept; so is the product of such a
series. All others pass no rule's cheap conditions, or none of its tests: of them nothing is told, so that
the work follows what happens.
"""

from collections.abc import Sequence

import numpy as np

from tidegauge.domain.arrays import AnyArray, Bools, Ints
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.domain.panel.view import Unit
from tidegauge.domain.rules.base import REASONS
from tidegauge.domain.ruleset import Ruleset
from tidegauge.monitor.evaluate import Evaluation, Tracked


def outcome_blocks(
    evaluations: Sequence[Evaluation], tracked: Tracked, ruleset: Ruleset, as_of: str
) -> list[Block]:
    """One OUTCOMES block for each rule that spoke about followed subjects, in the order of the rules."""
    blocks: list[Block] = []
    products: Ints = np.empty(0, np.int64)  # groups of followed series
    for unit in Unit:
        heard = [one for one in evaluations if one.view.unit is unit]
        if not heard:
            continue
        rows = np.flatnonzero(_followed(heard, tracked) | np.isin(heard[0].groups, products))
        if not unit.whole:
            products = heard[0].groups[rows]
        if len(rows):
            blocks += [_block(one, rows, ruleset.version(one.rule.id), as_of) for one in heard]
    return blocks


def _followed(heard: Sequence[Evaluation], tracked: Tracked) -> Bools:
    """[n] the rows of a common view on which any rule fires or fired."""
    told = tracked([one.rule.id for one in heard], heard[0].view.unit, heard[0].subjects)
    rows: Bools = np.logical_or.reduce([told, *(one.signals.fired for one in heard)])
    return rows


def _block(evaluation: Evaluation, rows: Ints, version: str, as_of: str) -> Block:
    view, signals = evaluation.view, evaluation.signals
    scopes, scope = np.unique(np.array(view.scope_id, dtype=np.str_)[rows], return_inverse=True)
    header = {
        "as_of": as_of,
        "feeds": [feed.plain() for feed in view.feeds],
        "rule": evaluation.rule.id,
        "rule_version": version,
        "month": view.month,
        "reasons": [str(reason) for reason in REASONS],
        "scopes": scopes.tolist(),
    }
    columns: dict[str, AnyArray] = {
        "feed": view.feed[rows].astype(np.int16),
        "product": view.product[rows],
        "origin": view.origin[rows].astype(np.int16),
        "scope": scope.astype(np.int32),
        "reason": signals.reason[rows],
        "severity": signals.severity[rows],
        "fired": signals.fired[rows].astype(np.int8),
        "closed": view.closed[rows].astype(np.int8),
    }
    figures = {f"figure.{name}": column[rows] for name, column in signals.figures.items()}
    return Block(BlockKind.OUTCOMES, header, columns | figures)
