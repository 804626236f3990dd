"""Evidence as the alert page tells it."""

from typing import Any

import pytest

from tidegauge.intake.pages.evidence_rows import evidence_rows
from tidegauge.intake.pages.text import NOTHING

CITED = {"source": "A regulation", "url": "https://example.org/regulation", "verified": True}


def item(**changes: Any) -> dict[str, Any]:
    return {
        "name": "quantity_change",
        "label": "Change of quantity",
        "value": 21.5,
        "unit": "%",
        "window": "2024-01..2024-07 against 2023-01..2023-07",
        "comparison": ">=",
        "threshold": 5.0,
        "met": True,
        "citation": CITED,
        "reason": "",
    } | changes


SHOWN = {"comparison": "", "threshold": None, "met": None, "citation": None}


def test_what_is_held_to_a_threshold_stands_apart_from_what_is_only_shown():
    rows = evidence_rows(
        [item(label="a", **SHOWN), item(label="b"), item(label="c", **SHOWN), item(label="d")]
    )
    assert [row.label for row in rows.compared] == ["b", "d"]
    assert [row.label for row in rows.shown] == ["a", "c"]


def test_a_threshold_that_could_not_be_converted_is_still_a_comparison():
    (row,) = evidence_rows([item(threshold=None, met=None, reason="threshold_not_convertible")]).compared
    assert (row.held_to, row.met, row.note) == (
        NOTHING,
        "not known",
        "No exchange rate is at hand for the threshold",
    )


@pytest.mark.parametrize(("met", "words"), [(True, "yes"), (False, "no"), (None, "not known")])
def test_the_outcome_is_a_word(met, words):
    assert evidence_rows([item(met=met)]).compared[0].met == words


def test_an_unknown_figure_says_why_in_words_also_by_a_reason_of_a_later_version():
    known, later = evidence_rows(
        [item(value=None, reason="no_benchmark"), item(value=None, reason="a_later_reason")]
    ).compared
    assert (known.value, known.note) == (NOTHING, "No benchmark price is at hand for this product")
    assert later.note == "a later reason"


@pytest.mark.parametrize(
    ("citation", "source", "url"),
    [
        (CITED, "A regulation", "https://example.org/regulation"),
        (CITED | {"verified": False}, "A regulation (unverified)", "https://example.org/regulation"),
        (CITED | {"url": ""}, "A regulation", ""),
        (CITED | {"url": "javascript:alert(1)"}, "A regulation", ""),
        (None, "operator's choice", ""),
    ],
)
def test_who_published_a_threshold(citation, source, url):
    (row,) = evidence_rows([item(citation=citation)]).compared
    assert (row.source, row.url) == (source, url)
