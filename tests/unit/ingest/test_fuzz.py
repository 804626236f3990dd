"""A mutated file never crashes a reader: each line is a row, a reject or blank, or the file is refused."""

import random

import pytest

from tidegauge.ingest.reading import FeedError, FeedOptions, read_file

from .conftest import GOOD, HEADER

FILES = 200
PIECES = [
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"-",
    b"e",
    b"NA",
    b"",
    b" ",
    b";",
    b"\xc3",
    b"9" * 25,
    b"{",
]


def mutated(source, rng):
    data = bytearray(source)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        data[at : at + rng.choice((0, 0, 1, 5))] = rng.choice(PIECES)
    return bytes(data[: rng.randint(1, len(data))] if rng.random() < 0.2 else data)


@pytest.mark.parametrize("seed", range(5))
def test_mutated_csv(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311 - repeatable mutations
    source = "\n".join((HEADER, *[GOOD] * 4, "")).encode()
    path = tmp_path / "flows.csv"
    accepted = 0
    for _ in range(FILES):
        data = mutated(source, rng)
        path.write_bytes(data)
        try:
            batches = list(read_file(path, options=FeedOptions(batch_bytes=rng.choice((64, 10_000)))))
        except FeedError:
            continue
        accepted += 1
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        blank = sum(batch.notes["blank_line"] for batch in batches)
        assert sum(batch.read for batch in batches) + blank == lines - 1
    assert accepted > FILES / 4


@pytest.mark.parametrize("seed", range(2))
def test_mutated_json_lines(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311 - repeatable mutations
    row = ",".join(
        f'"{key}":"{value}"' for key, value in zip(HEADER.split(","), GOOD.split(","), strict=True)
    )
    source = b"".join(b"{" + row.encode() + b"}\n" for _ in range(4))
    path = tmp_path / "flows.jsonl"
    for _ in range(FILES):
        data = mutated(source, rng)
        path.write_bytes(data)
        try:
            batches = list(read_file(path))
        except FeedError:
            continue
        lines = data.count(b"\n") + (not data.endswith(b"\n"))
        blank = sum(batch.notes["blank_line"] for batch in batches)
        assert sum(batch.read for batch in batches) + blank == lines or b"{" not in data[:1]
