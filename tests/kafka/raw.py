"""Raw topics: records as JSON messages, and how to see that all of them have been judged."""

import csv
import json
from zlib import crc32

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from tests.kafka.world import ends, everything

from tidegauge.domain.alerts import Status
from tidegauge.ingest.timekeeper import RawProgress, Told
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.kafka.outbox import Message, send_in_order
from tidegauge.runtime.wire import decode_alert, decode_block

# What these rules say of closed months does not depend on when, between two closes, a mark was written.
OF_CLOSED_MONTHS = {"ec-trade-diversion", "cefic-import-surge", "share-gain", "new-entrant"}


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


async def log_of(settings):
    """The blocks of the records topic, by partition."""
    found = {}
    for record in await everything(settings, Names(settings).records):
        found.setdefault(record.partition, []).append(decode_block(record.value))
    return found


def standing(payloads):
    """What stands in the end, without what is provisional or taken back: how it came there may differ."""
    last = {}
    for alert in map(decode_alert, payloads):
        if alert.alert_id not in last or last[alert.alert_id].seq < alert.seq:
            last[alert.alert_id] = alert
    return sorted(
        (one.rule, one.subject_key, one.episode_start, one.status, one.severity, one.period)
        for one in last.values()
        if one.rule in OF_CLOSED_MONTHS
        and "provisional" not in one.reasons
        and one.status is not Status.WITHDRAWN
    )
