"""Totals of declarations with Bytewax: BROKERS TOPIC OUT COUNT STATE.

State in memory with a recovery store (SQLite), a snapshot a second; one total a key and batch goes out.
"""

import sys
from datetime import timedelta
from pathlib import Path

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSink, KafkaSinkMessage, KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main


class Sum(StatefulBatchLogic):
    def __init__(self, known):
        self.mass, self.value = known or (0, 0)

    def on_batch(self, values):
        for mass, value in values:
            self.mass += mass
            self.value += value
        return [(self.mass, self.value)], StatefulBatchLogic.RETAIN

    def snapshot(self):
        return self.mass, self.value


def keyed(message):
    line = orjson.loads(message.value)
    key = f"{line['product']}|{line['origin']}|{line['accepted_at'][:7]}"
    return key, (round(float(line["net_mass_kg"]) * 1_000), round(float(line["value"]) * 10_000))


def told(item):
    key, (mass, value) = item
    return KafkaSinkMessage(key.encode(), orjson.dumps({"mass_g": mass, "value_e4": value}))


def main(brokers, topic, out, _count, folder):
    recovery = Path(folder)
    recovery.mkdir()
    init_db_dir(recovery, 1)
    flow = Dataflow("totals")
    lines = op.input("lines", flow, KafkaSource([brokers], [topic], tail=False))
    totals = op.stateful_batch("sum", op.map("keyed", lines, keyed), Sum)
    op.output("out", op.map("told", totals, told), KafkaSink([brokers], out))
    config = RecoveryConfig(str(recovery))
    cli_main(flow, epoch_interval=timedelta(seconds=1), recovery_config=config)


if __name__ == "__main__":
    main(*sys.argv[1:])
