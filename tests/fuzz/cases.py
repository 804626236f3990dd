"""Mutated files and records through the readers and the ledgers: each is accepted, quarantined or refused."""

from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.mutations import PIECES, mutated
from tests.fuzz.samples import COUNTED, Format

from tidegauge.domain.records.reasons import LEFT_OUT, Note
from tidegauge.ingest.feeds.base import Kept
from tidegauge.ingest.journal import unexplained
from tidegauge.ingest.reading import FeedError, FeedOptions, read_file
from tidegauge.ingest.service import Ingestor
from tidegauge.ingest.source import open_source
from tidegauge.runtime.memory import MemoryIngestStore

RECORDS_A_FILE = 200


def file_case(of: Format, seed: int, folder: Path) -> Counter[str]:
    """One mutated file through its connector: `read`, or `refused` in one sentence."""
    chance = Random(f"{of.name}:{seed}")  # noqa: S311 - repeatable mutations
    data = mutated(of.content, chance)
    path = folder / f"file{of.suffix}"
    path.write_bytes(data)
    connector = of.connector if chance.random() < 0.8 else "auto"
    try:
        batches = list(read_file(path, connector, of.options))
    except FeedError as error:
        sentence = str(error)
        assert sentence, "a refusal has its sentence"
        assert "\n" not in sentence, "a refusal is one sentence"
        return Counter({"refused": 1})
    counted = Counter[Note]()
    for batch in batches:
        counted.update(batch.notes)
    seen = sum(batch.read for batch in batches) + sum(counted[note] for note in (*LEFT_OUT, Note.BLANK_LINE))
    if of.name in COUNTED and not data.startswith(b"\x1f\x8b"):
        lines = data.count(b"\n") + (not data.endswith(b"\n")) - 1
        assert seen == lines, f"{lines} lines were read as {seen}"
    return Counter({"read": 1})


def records_case(of: Format, seed: int, folder: Path) -> Counter[str]:
    """A file of mutated records through connector and ledger: what became of each of them."""
    chance = Random(f"{of.name}:records:{seed}")  # noqa: S311 - repeatable mutations
    header, *lines = of.content.rstrip(b"\n").split(b"\n")
    rows = [_mutated_record(chance.choice(lines), chance) for _ in range(RECORDS_A_FILE)]
    path = folder / f"records{of.suffix}"
    path.write_bytes(b"\n".join([header, *rows, b""]))
    store = MemoryIngestStore()
    ingestor = Ingestor(store, None, lambda: None)
    source = open_source(path, of.connector, of.options)
    for _ in ingestor.take(source):
        pass
    counts = Counter(ingestor.progress(source).counts)
    assert unexplained(counts) == 0, f"{unexplained(counts)} rows are counted nowhere: {dict(counts)}"
    assert counts["read"] + counts[Note.BLANK_LINE] == len(rows), f"{len(rows)} records: {dict(counts)}"
    assert len(store.rejects) == counts["quarantined"], "every refused record is in quarantine"
    return Counter({f"records {name}": count for name, count in counts.items()})


def _mutated_record(line: bytes, chance: Random) -> bytes:
    """A line with one to three changes that keeps to one line."""
    data = bytearray(line)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) + 1)
        data[at : at + chance.choice((0, 0, 1, 3, 8))] = chance.choice(PIECES)
    return bytes(data).replace(b"\n", b"").replace(b"\r", b"")


def messages_case(of: Format, seed: int, folder: Path) -> Counter[str]:
    """Mutated declaration messages through what is kept between deliveries."""
    chance = Random(f"{of.name}:messages:{seed}")  # noqa: S311 - repeatable mutations
    stored, found = dict[str, bytes](), Counter[str]()
    for _ in range(3):
        path = folder / "message.xml"
        path.write_bytes(mutated(of.content, chance))
        try:
            kept = Kept(stored.get)
            for batch in read_file(path, of.connector, FeedOptions(kept=kept)):
                found["message rows"] += batch.read
                stored |= kept.drained()
        except FeedError:
            found["messages refused"] += 1
    return found
