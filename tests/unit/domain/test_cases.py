"""Cases: the guards of the status machine, and the chain of the audit log."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegauge.domain.cases import (
    AuditEntry,
    CaseAction,
    CaseStatus,
    CaseVerdict,
    CloseReason,
    Deed,
    after,
    append,
    first_broken,
    judge,
)


@pytest.mark.parametrize(
    ("status", "action", "text", "expected"),
    [
        (CaseStatus.OPEN, CaseAction.REVIEW, "", CaseVerdict.ALLOWED),
        (CaseStatus.UNDER_REVIEW, CaseAction.REVIEW, "", CaseVerdict.ALREADY_UNDER_REVIEW),
        (CaseStatus.CLOSED, CaseAction.REVIEW, "", CaseVerdict.CASE_IS_CLOSED),
        (CaseStatus.OPEN, CaseAction.CLOSE, CloseReason.NO_INJURY, CaseVerdict.ALLOWED),
        (CaseStatus.OPEN, CaseAction.CLOSE, "", CaseVerdict.REASON_MISSING),
        (CaseStatus.OPEN, CaseAction.CLOSE, "because", CaseVerdict.REASON_UNKNOWN),
        (CaseStatus.CLOSED, CaseAction.CLOSE, CloseReason.NO_INJURY, CaseVerdict.CASE_IS_CLOSED),
        (CaseStatus.CLOSED, CaseAction.REOPEN, "new figures", CaseVerdict.ALLOWED),
        (CaseStatus.CLOSED, CaseAction.REOPEN, "  ", CaseVerdict.REASON_MISSING),
        (CaseStatus.OPEN, CaseAction.REOPEN, "why not", CaseVerdict.CASE_IS_NOT_CLOSED),
        (CaseStatus.OPEN, CaseAction.ATTACH, "", CaseVerdict.ALLOWED),
        (CaseStatus.CLOSED, CaseAction.ATTACH, "", CaseVerdict.CASE_IS_CLOSED),
        (CaseStatus.CLOSED, CaseAction.NOTE, "for the file", CaseVerdict.ALLOWED),
        (CaseStatus.OPEN, CaseAction.NOTE, " ", CaseVerdict.NOTE_EMPTY),
    ],
)
def test_guards(status, action, text, expected):
    assert judge(status, action, text) is expected


@given(st.lists(st.tuples(st.sampled_from(CaseAction), st.sampled_from(["", "text", *CloseReason]))))
def test_a_closed_case_only_opens_by_reopening(steps):
    status = CaseStatus.OPEN
    for action, text in steps:
        if judge(status, action, text) is CaseVerdict.ALLOWED:
            following = after(status, action)
            if status is CaseStatus.CLOSED and following is not CaseStatus.CLOSED:
                assert action is CaseAction.REOPEN
            status = following


def chain(details):
    entries: list[AuditEntry] = []
    for number, detail in enumerate(details):
        deed = Deed(f"2024-03-04T09:00:{number % 60:02d}Z", "operator", "note", detail)
        entries.append(append(7, entries[-1] if entries else None, deed))
    return entries


details = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.integers()), min_size=1)


@given(details)
def test_an_untouched_chain_holds_and_belongs_to_its_case(found):
    entries = chain(found)
    assert first_broken(7, entries) is None
    assert first_broken(8, entries) == 1


@given(details, st.data())
def test_a_change_anywhere_breaks_the_chain_there(found, data):
    entries = chain(found)
    place = data.draw(st.integers(0, len(entries) - 1))
    change = data.draw(
        st.sampled_from(
            [{"actor": "nobody"}, {"action": "closed"}, {"detail": {"forged": 1}}, {"at": "2020"}]
        )
    )
    entries[place] = replace(entries[place], **change)
    assert first_broken(7, entries) == place + 1


def test_a_missing_or_swapped_entry_breaks_the_chain():
    entries = chain([{"text": "a"}, {"text": "b"}, {"text": "c"}])
    assert first_broken(7, entries[1:]) == 2
    assert first_broken(7, [entries[0], entries[2]]) == 3
    assert first_broken(7, [entries[1], entries[0], entries[2]]) == 2
