"""A chunk that can be taken at full speed gives what a look at each of its lines gives."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidegauge.ingest.feeds import csv_table
from tidegauge.ingest.feeds.base import FeedOptions

FIELD = st.one_of(
    st.sampled_from(["", "x", "é", '"', '""', '"a,b"', '"a""b"', '"a', 'b"', '"\n"', '"",""', ' "x" ', "\t"]),
    st.text('a," \n', max_size=4),
)
NUMBER = st.one_of(
    st.integers(-(10**12), 10**12).map(str),
    st.from_regex(r"[+-]?[0-9]{0,20}\.?[0-9]{0,20}([eE][+-]?[0-9]{1,3})?", fullmatch=True),
    st.sampled_from(["", "-0", "inf", "NaN", "1_0", "0x1", "\u0663", "5", " 5", "5 ", "\t5", '"5"', '" 5"']),
    st.sampled_from(["\x0b5", "5\x0c", "\xa05"]),
    st.text("0123456789.-+eE aNnI\t\x0b\x0c\xa0", max_size=8),
)


def read(tmp_path, text, **options):
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return [
        (rows.frame, rows.lines.to_list(), rows.bad, rows.blank)
        for rows in csv_table.read_rows(path, FeedOptions(batch_bytes=40), **options)
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.lists(FIELD, min_size=1, max_size=4), max_size=8), st.sampled_from([1, 2, 3]))
@example([['"a,b"', "x"], ['"a""b"', '""']], 2)
@example([['""x', '"y"']], 2)
def test_the_fast_way_and_a_look_at_each_line_agree(folder, lines, columns):
    text = "\n".join([",".join("pqr"[:columns]), *(",".join(line) for line in lines), ""])
    fast = read(folder, text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_table, "counted", lambda _: None)
        slow = read(folder, text)
    assert len(fast) == len(slow)
    for ours, theirs in zip(fast, slow, strict=True):
        assert ours[0].equals(theirs[0])
        assert ours[1:] == theirs[1:]


@settings(deadline=None, max_examples=300)
@given(st.lists(NUMBER, min_size=1, max_size=6), st.sampled_from([pl.Int64(), pl.Float64()]))
@example(["\t5", "5"], pl.Int64())
@example(["1e400", "1"], pl.Float64())
def test_numbers_are_those_that_their_texts_say(folder, figures, dtype):
    text = "\n".join(["a,b", *(f"{figure},x" for figure in figures), ""])
    numbers = read(folder, text, numbers={"a": dtype})
    texts = read(folder, text)
    for (typed, *rest), (plain, *same) in zip(numbers, texts, strict=True):
        assert rest == same
        if typed["a"].dtype == dtype:
            assert typed["a"].equals(plain["a"].cast(dtype))  # a text that is no number would raise
        else:
            assert typed.equals(plain)
