"""Runs notify over a file of alert events until nothing is left to do; a test kills it on the way."""

import asyncio
import sys
from pathlib import Path

from tidegauge.notify.service import build_notify
from tidegauge.runtime.clock import SystemClock
from tidegauge.runtime.database import open_engine
from tidegauge.runtime.events import MemoryEvents, Topic
from tidegauge.runtime.settings import load_settings


async def main(folder: Path) -> None:
    events = MemoryEvents()
    for line in (folder / "alerts.jsonl").read_bytes().splitlines():
        events.append(Topic.ALERTS, line)
    clock = SystemClock()
    settings = load_settings()
    service = build_notify(open_engine(settings.database_url.get_secret_value()), events, settings, clock)
    while service.consumer.step(2) or await service.sender.deliver_due(clock.now()):
        await service.sender.deliver_due(clock.now())
    await service.sender.close()


asyncio.run(main(Path(sys.argv[1])))
