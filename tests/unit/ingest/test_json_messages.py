"""Batches of messages read at once, and one by one where something is wrong with any."""

import json

import pytest

from tidegauge.domain.records import RECORDS, RecordKind
from tidegauge.ingest.feeds.json_table import rows_of
from tidegauge.ingest.json_messages import Messages

TABLE = RECORDS[RecordKind.DECLARATION]
LINE = {"reporter": "EU", "declaration_id": "24A1", "item": 1, "product": " 31022100 ", "origin": ""}
SOUND = [LINE, {**LINE, "item": None, "value": 250.50, "clear": ["value", "quota"], "unknown": {"deep": [1]}}]
ODD = [b"{no json", b"[]", b'{"item": 1}, {"item": 2}', b'{"unknown": "\xff"}', b'{"unknown": "\0"}', b" "]


def texts(records):
    return [json.dumps(record).encode() for record in records]


def read(rows):
    """Columns that say something, and what was refused."""
    said = {name: values for name, values in rows.frame.to_dict(as_series=False).items() if any(values)}
    return said, rows.lines.to_list(), [(bad.line, bad.reason, bad.raw) for bad in rows.bad], rows.blank


def known(rows):
    said, *others = read(rows)
    return {name: values for name, values in said.items() if name in TABLE.by_name}, *others


def test_a_batch_is_read_into_the_fields_of_the_table_as_text():
    found = Messages(TABLE).rows(texts(SOUND))
    said, lines, bad, _ = read(found)
    assert said == {
        "reporter": ["EU", "EU"], "declaration_id": ["24A1", "24A1"], "item": ["1", None],
        "product": ["31022100", "31022100"], "value": [None, "250.5"], "clear": [None, "value quota"],
    }  # fmt: skip
    assert (lines, bad) == ([0, 1], [])
    assert found.raw([1]) == [json.dumps(SOUND[1])]


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_message_is_refused_as_it_is_one_by_one(odd):
    sent = [*texts(SOUND), odd, *texts(SOUND)]
    found = known(Messages(TABLE).rows(sent))
    assert found == known(rows_of(sent, 0))
    assert 2 not in found[1]


WRITTEN = [{**LINE, "item": "1"}, {**LINE, "item": None, "value": " 250.50 "}]  # texts and nulls alone


@pytest.mark.parametrize("more", [[], [{**LINE, "item": 1.50}], [{**LINE, "item": True}], [{"unknown": 7}]])
def test_texts_are_read_as_they_are_one_by_one_whatever_comes_after_them(more):
    sent = texts([*WRITTEN, *more])
    assert known(Messages(TABLE).rows(sent)) == known(rows_of(sent, 0))


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_message_among_texts_is_refused_as_it_is_one_by_one(odd):
    sent = [*texts(WRITTEN), odd, *texts(WRITTEN)]
    assert known(Messages(TABLE).rows(sent)) == known(rows_of(sent, 0))


def test_numbers_keep_the_digits_that_they_are_written_with():
    sent = [b'{"net_mass_kg": 12345678901234.567, "value": 1e2, "item": 18446744073709551615}']
    assert known(Messages(TABLE).rows(sent)) == known(rows_of(sent, 0))


def test_no_messages_are_no_rows():
    assert len(Messages(TABLE).rows([]).lines) == 0
