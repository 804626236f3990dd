"""One broker, the made-up declarations of a run, and installations over them."""

import os
import subprocess
import time
from functools import cache
from pathlib import Path

from tests.kafka.broker import Broker
from tests.kafka.conftest import settings_for
from tests.kafka.raw import messages, rows
from tests.kafka.world import Workers

from tidegauge.domain.periods import month_number
from tidegauge.ingest.lines import IMPORT_PROCEDURES
from tidegauge.runtime.kafka.topics import create_topics
from tidegauge.scenario.parameters import Parameters
from tidegauge.scenario.world import make_world
from tidegauge.scenario.write import Writer

TOPIC = "customs.declarations"
KEY = ("reporter", "declaration_id")
LIVE = {"TIDEGAUGE_LIVE_FROM": "1997-01"}
LONGEST_S = 500
PARTITIONS = 4
_TICKS = os.sysconf("SC_CLK_TCK")


class Ground:
    """A broker in a folder; scenarios are made once a size."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "broker").mkdir()
        self.broker = Broker(folder / "broker").start()
        self.paths = cache(self._paths)

    def _paths(self, lines, products=500, origins=40):
        folder = self.folder / f"lines-{lines}-{products}"
        folder.mkdir()
        first = month_number("2022-01")
        for _ in Writer(
            folder, make_world(Parameters(lines, products, origins, 30, seed=3, first_month=first))
        ).write():
            pass
        return sorted(folder.glob("declarations-*.csv"))

    def declarations(self, lines):
        """Messages of one partition: each accepted import once, so that adding up gives the right answer."""
        return accepted_imports(rows(self.paths(lines)))

    async def installation(self, name, raw_partitions=1):
        """Settings with topics of their own, and workers."""
        settings = settings_for(self.broker.address, partitions=PARTITIONS, raw_partitions=raw_partitions)
        await create_topics(settings)
        folder = self.folder / name
        folder.mkdir()
        return settings, Workers(settings, folder)


def accepted_imports(records):
    """The first version of every accepted import: no amendment, no cancellation, no repeat."""
    seen, needed = set(), {"net_mass_kg", "value"}
    for record in records:
        line = record["declaration_id"], record.get("item")
        counts = record["action"] == "accept" and record.get("procedure") in IMPORT_PROCEDURES
        if counts and line not in seen and needed <= record.keys():
            seen.add(line)
            yield record


def raw_messages(settings, records):
    """The records as messages of the raw topic."""
    return messages(settings, TOPIC, records, KEY, settings.raw_partitions)


def cpu_s(process):
    """Processor time of a running process and its ended children, in seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def run_to_end(command, log, environment=None):
    """Run a program; its wall and processor seconds (threads and children included)."""
    started = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    while True:
        pid, status, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            break
        if time.monotonic() - started > LONGEST_S:
            process.kill()
        time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}:\n{log.read_text()[-3000:]}")
    return {"s": time.monotonic() - started, "cpu_s": used.ru_utime + used.ru_stime}
