"""Totals of declarations with Quix Streams: BROKERS TOPIC OUT COUNT STATE.

RocksDB with a changelog, a checkpoint a second; the new total goes out at every line, as Quix has no timer.
"""

import sys

from quixstreams import Application


def key_of(line):
    return f"{line['product']}|{line['origin']}|{line['accepted_at'][:7]}"


def added(line, state):
    mass, value = state.get("sum", (0, 0))
    mass += round(float(line["net_mass_kg"]) * 1_000)
    value += round(float(line["value"]) * 10_000)
    state.set("sum", (mass, value))
    return {"mass_g": mass, "value_e4": value}


def main(brokers, topic, out, count, folder):
    application = Application(
        broker_address=brokers, consumer_group=out, auto_offset_reset="earliest", commit_interval=1.0,
        state_dir=folder, loglevel="ERROR",
    )  # fmt: skip
    source = application.topic(topic, key_deserializer="bytes", value_deserializer="json")
    sink = application.topic(out, key_serializer="string", value_serializer="json")
    lines = application.dataframe(source).group_by(key_of, name="series", key_serializer="string")
    lines.apply(added, stateful=True).to_topic(sink)
    application.run(count=int(count), collect=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
