"""Subsidies ad valorem: known programmes summed by kind, each benefit counted once (SCM Art. 1 and 14)."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.arrays import Bools, Floats, Ints

# Who found a benefit, best first; every other name is an authority, whose finding goes before all of these.
FINDERS_LAST: Final = ("notified", "petition", "analyst", "")


@dataclass(frozen=True, slots=True)
class Benefits:
    """What sources say of programmes, one word a row; several words may speak of one programme."""

    subject: Ints  # [e] whose benefit it is
    programme: tuple[str, ...]  # [e] identifiers
    kind: tuple[str, ...]  # [e] SCM Art. 1.1(a)(1)(i)-(iv), or support; empty where not stated
    rate: Floats  # [e] fraction ad valorem, NaN where not known
    found_by: tuple[str, ...]  # [e]
    source: tuple[str, ...]  # [e]
    recipient: tuple[str, ...]  # [e] empty: the whole industry


def counted(words: Benefits) -> Bools:
    """[e] the one word on each programme of each subject that counts.

    A known rate goes before none; a finding of an authority before a notification, that before a petition,
    an analyst and an unnamed finder; a rate for the whole industry before one recipient's; then the lower
    rate, so that nothing is overstated; then the source in alphabetical order.
    """
    programme, source, recipient = (
        _numbered(one) for one in (words.programme, words.source, words.recipient)
    )
    finder = np.array([_rank(name) for name in words.found_by], np.int64)
    known, whole = np.isfinite(words.rate), np.array([not name for name in words.recipient], np.bool_)
    rate = np.where(known, words.rate, 0.0)
    order = np.lexsort((recipient, source, rate, ~whole, finder, ~known, programme, words.subject))
    chosen = np.zeros(len(order), np.bool_)
    pairs = np.stack([words.subject[order], programme[order]])
    if len(order):
        chosen[order[np.append(True, (pairs[:, 1:] != pairs[:, :-1]).any(axis=0))]] = True
    return chosen


def summed(words: Benefits, chosen: Bools, subjects: int, kinds: tuple[str, ...]) -> Floats:
    """[subjects, kinds] the chosen benefits ad valorem by kind; what is not known adds nothing."""
    added = np.where(chosen & np.isfinite(words.rate), words.rate, 0.0)
    columns = [
        np.bincount(words.subject, added * np.array([one == kind for one in words.kind]), subjects)
        for kind in kinds
    ]
    return np.stack(columns, axis=1).astype(np.float64)


def _rank(found_by: str) -> int:
    return 1 + FINDERS_LAST.index(found_by) if found_by in FINDERS_LAST else 0


def _numbered(texts: tuple[str, ...]) -> Ints:
    """[e] the place of each text among the distinct ones in order."""
    places = {text: place for place, text in enumerate(sorted(set(texts)))}
    return np.array([places[text] for text in texts], np.int64)
