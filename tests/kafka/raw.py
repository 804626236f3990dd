"""Raw topics: records as JSON messages, and how to see that all of them have been judged."""

import csv
import json
from zlib import crc32

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from tests.kafka.world import ends, events_of, everything, through

from tidegauge.domain.episodes import Code
from tidegauge.domain.panel.view import Unit
from tidegauge.ingest.timekeeper import RawProgress, Told
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.log import IngestCommit
from tidegauge.runtime.memory import MemoryIngestStore
from tidegauge.runtime.wire import decode_block


def rows(paths):
    """Rows of CSV files without their empty fields."""
    for path in paths:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield {name: value for name, value in row.items() if value}


def messages(settings, topic, records, key, partitions=1):
    """Messages of a raw topic; records of one key lie in one partition, in order."""
    name = settings.prefix + topic
    for record in records:
        whose = "/".join(record.get(field, "") for field in key).encode()
        yield Message(name, crc32(whose) % partitions, whose, json.dumps(record).encode())


async def produce(settings, made):
    async with connected(AIOKafkaProducer(**producer_options(settings)), settings) as producer:
        await send_in_order(producer, list(made))


async def progress(settings):
    """The last word of each raw partition, and of the timekeeper."""
    said = await everything(settings, Names(settings).progress)
    last = {record.key.decode(): record.value for record in said}
    told = last.pop("marks", None)
    known = {name: msgspec.json.decode(value, type=RawProgress) for name, value in last.items()}
    return known, Told() if told is None else msgspec.json.decode(told, type=Told)


async def judged(settings, count):
    """Whether so many messages have been taken, marked, and judged by the monitors."""
    known, told = await progress(settings)
    taken = sum(one.following for one in known.values())
    if taken < count or not all(one.is_idle for one in known.values()):
        return False
    if told.rows < sum(one.rows for one in known.values()):
        return False
    if any(told.judged.get(name, 0) < one.following for name, one in known.items() if one.periods):
        return False
    return await committed(settings) == await ends(settings, Names(settings).records)


async def committed(settings):
    """Where the monitors' states stand."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        found = await admin.list_consumer_group_offsets(Names(settings).group("monitor"))
    finally:
        await admin.close()
    return {place.partition: offset.offset for place, offset in found.items()}


async def settled_as(settings, store):
    """Hold what a whole system said to its own log, and the months that fired to those of another log.

    The events are those of the embedded monitor over the same log, byte for byte; the months are those of
    the same records that came in another way.
    """
    copy = MemoryIngestStore()
    for record in await everything(settings, Names(settings).records):
        copy.commit(IngestCommit(entries=[(record.partition, record.value)]))
    said, steps = through(copy)
    assert await events_of(settings) == said
    wanted = fired_months(through(store)[1])
    assert wanted
    assert fired_months(steps) == wanted


async def log_of(settings):
    """The blocks of the records topic, by partition."""
    found = {}
    for record in await everything(settings, Names(settings).records):
        found.setdefault(record.partition, []).append(decode_block(record.value))
    return found


def fired_months(steps):
    """What every rule settled on: the closed months in which it fired, by subject.

    It must not depend on how the records came: events tell how it came there, and an open month may have
    said the last word about an episode in one run alone.
    """
    found = {}
    for step in steps:
        for key, track in step.tracks:
            feed, subject = _subject(step.panel, key)
            for month, code in track.codes.items():
                if code >= Code.FIRED and month <= step.panel.feeds[feed].closed_to:
                    found[key.rule, *subject, month] = code
    return found


def _subject(panel, key):
    table = panel.series
    assert key.unit in {Unit.SERIES, Unit.PRODUCT}, "a scope's feed is to be found elsewhere"
    columns = (
        (table.feed, table.product, table.origin)
        if key.unit is Unit.SERIES
        else (table.group_feed, table.group_product)
    )
    feed, *subject = (int(column.data[key.subject]) for column in columns)
    return feed, subject
