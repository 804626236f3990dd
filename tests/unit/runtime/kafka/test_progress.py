"""What ingest workers tell one another: the last word under a key holds, however it came."""

import asyncio
from types import SimpleNamespace

from tidegauge.runtime.kafka.progress import Progress
from tidegauge.runtime.kafka.settings import KafkaSettings


class Topic:
    """A producer whose messages take the next offset of one partition."""

    def __init__(self, offset):
        self.offset = offset

    async def send_and_wait(self, topic, value, key, partition):
        assert (topic, partition) == ("records.progress", 0)
        self.sent = key, value
        self.offset += 1
        return SimpleNamespace(offset=self.offset - 1)


def told(*words, offset=5):
    """The progress that has told some words, and how often it said that something changed."""
    changes, topic = [], Topic(offset)
    progress = Progress(KafkaSettings(), topic, lambda: changes.append(1))
    for key, value in words:
        asyncio.run(progress.tell(key, value))
    return progress, changes, topic


def test_a_word_of_ours_is_known_once_the_broker_has_it():
    progress, changes, topic = told(("raw-0", b"one"))
    assert progress.known == {"raw-0": b"one"}
    assert changes == [1]
    assert topic.sent == (b"raw-0", b"one")


def test_an_earlier_word_that_comes_later_changes_nothing():
    progress, changes, _ = told(("raw-0", b"one"), ("raw-0", b"two"))
    for offset, value in ((3, b"before"), (5, b"one"), (6, b"two")):
        progress.hear("raw-0", value, offset)
    assert progress.known == {"raw-0": b"two"}
    assert len(changes) == 2


def test_a_later_word_of_another_worker_holds():
    progress, changes, _ = told(("raw-0", b"one"))
    progress.hear("raw-0", b"theirs", 9)
    progress.hear("raw-1", b"other", 2)
    assert progress.known == {"raw-0": b"theirs", "raw-1": b"other"}
    assert len(changes) == 3
