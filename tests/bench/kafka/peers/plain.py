"""Totals of declarations with plain aiokafka: BROKERS TOPIC OUT COUNT STATE.

What reading, decoding and adding cost by themselves: no state survives, the totals go out once, at the end.
"""

import asyncio
import sys
from collections import defaultdict

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


async def main(brokers, topic, out, count, _folder):
    consumer = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    await consumer.start()
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    await consumer.seek_to_beginning(place)
    decode, sums, seen = msgspec.json.Decoder().decode, defaultdict(lambda: [0, 0]), 0
    while seen < int(count):
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                line = decode(record.value)
                total = sums[f"{line['product']}|{line['origin']}|{line['accepted_at'][:7]}"]
                total[0] += round(float(line["net_mass_kg"]) * 1_000)
                total[1] += round(float(line["value"]) * 10_000)
            seen += len(records)
    await consumer.stop()
    async with AIOKafkaProducer(bootstrap_servers=brokers) as producer:
        for key, (mass, value) in sums.items():
            said = msgspec.json.encode({"mass_g": mass, "value_e4": value})
            await producer.send(out, said, key=key.encode())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
