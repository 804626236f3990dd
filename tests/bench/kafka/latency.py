"""One line at a time: until its figures come out of the last topic, and one raw hop beside it."""

import asyncio
import time
from contextlib import suppress

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from tests.bench.kafka.ground import LIVE, LONGEST_S, raw_messages
from tests.kafka.raw import judged, produce
from tests.kafka.world import until

from tidegauge.domain.codes import product_number
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.connection import client_options, connected, producer_options
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.wire import decode_block

_NO_FIGURE_S = 3
_PAUSE_S = 0.02


async def latency(ground, lines, count):
    """Milliseconds of `count` single lines through the whole, and of as many raw hops, in turn."""
    settings, workers = await ground.installation("latency")
    records = list(ground.declarations(lines))
    await produce(settings, list(raw_messages(settings, records)))
    for name in ("ingest", "monitor"):
        workers.start(name, name, **LIVE)
    await until(lambda: judged(settings, len(records)), LONGEST_S)
    names = Names(settings)
    made = list(single(settings, records, count))
    raw = [(line._replace(topic=names.quarantine, partition=0), product) for line, product in made]
    whole, hop = [], []
    for start in range(0, count, 50):  # in turn, so that both meet the same machine
        part = slice(start, start + 50)
        whole += await hops(settings, names.event(Topic.FIGURES), made[part], of_product)
        hop += await hops(settings, names.quarantine, raw[part], lambda _value, _product: True)
    workers.close()
    return whole, hop


def single(settings, records, count):
    """New declarations, one line each, of the products in turn, with the number of the product."""
    newest = {record["product"]: record for record in records}  # of the last month
    products = sorted(newest)
    for place in range(count):
        record = newest[products[place % len(products)]]
        line = {**record, "declaration_id": f"bench-{place}"}
        yield next(raw_messages(settings, [line])), product_number(record["product"])


def of_product(value, product):
    """Whether a block of figures speaks of a product."""
    return product in decode_block(value).columns["product"]


async def hops(settings, topic, lines, speaks_of):
    """Milliseconds from each line produced until a message of a topic speaks of its product."""
    consumer = AIOKafkaConsumer(**client_options(settings), fetch_max_wait_ms=20)
    sending = AIOKafkaProducer(**producer_options(settings))
    took = []
    async with connected(consumer, settings), connected(sending, settings) as producer:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        await consumer.seek_to_end(place)
        await consumer.position(place)
        for line, product in lines:
            started = time.perf_counter()
            await producer.send_and_wait(line.topic, line.value, key=line.key, partition=line.partition)
            with suppress(TimeoutError):
                async with asyncio.timeout(_NO_FIGURE_S):
                    while not speaks_of((await consumer.getone()).value, product):
                        pass
                    took.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(_PAUSE_S)
    return took
