"""The records log to alerts: the monitor by itself."""

from tests.bench.kafka.ground import LONGEST_S, PARTITIONS, cpu_s
from tests.kafka.raw import committed
from tests.kafka.world import ingested, publish, until


async def blocks(ground, lines):
    """Processor seconds of a monitor that takes a log of so many lines, with corrections."""
    settings, workers = await ground.installation(f"blocks-{lines}")
    log = ingested(ground.paths(lines), PARTITIONS)
    await publish(settings, log, PARTITIONS)
    process = workers.start("monitor", "monitor")
    wanted = {number: len(log.entries[number]) for number in range(PARTITIONS)}

    async def through():
        return await committed(settings) == wanted

    await until(through, LONGEST_S)
    used = cpu_s(process)
    workers.close()
    return {"lines": lines, "cpu_s": used}
