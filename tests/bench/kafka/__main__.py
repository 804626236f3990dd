"""`make bench-kafka`: raw JSON lines to alerts through a real broker, beside peers on the same lines.

Processor time a line is marginal: of the larger run less the smaller one, so that starting up drops out.
The broker's own is left out. All competitors read the same topic of one partition, so that no peer has to
send its lines through another topic first; their totals must equal the sums of the lines.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import quantiles

from tests.bench.kafka import competitors, latency, recovery
from tests.bench.kafka.blocks import blocks
from tests.bench.kafka.ground import Ground


async def peers(ground, asked):
    """All competitors, whole runs of two sizes."""
    small = await competitors.compete(ground, asked.small, asked.only)
    large = await competitors.compete(ground, asked.large, asked.only)
    yield from_rows(competitors.comparison(small, large))
    yield from_rows(competitors.sizes(large))


async def from_blocks(ground, asked):
    """The monitor alone, from blocks of the records log."""
    few, many = [await blocks(ground, lines) for lines in (asked.small, asked.large)]
    used = (many["cpu_s"] - few["cpu_s"]) / (many["lines"] - few["lines"])
    yield f"monitor, from blocks: {used * 1e6:.1f} us of processor time a line"


async def one_line(ground, asked):
    """A line at a time at light load."""
    whole, hop = await latency.latency(ground, asked.small, asked.count)
    yield f"ms from a line to its figures, p50 / p99 of {len(whole)}: {spread(whole)}"
    yield f"ms of one raw produce and consume, p50 / p99: {spread(hop)}"
    ratios = [a / b for a, b in zip(cuts(whole), cuts(hop), strict=True)]
    yield f"times the raw hop, p50 / p99: {ratios[0]:.1f} / {ratios[1]:.1f}"


async def after_a_kill(ground, asked):
    """A monitor with many series that is killed and started again."""
    async for name, took_s in recovery.recovery(ground, asked.series, whole_log=asked.whole_log):
        yield f"{asked.series:,} series, {name}: {took_s}"


PARTS = {"peers": peers, "blocks": from_blocks, "latency": one_line, "recovery": after_a_kill}


def from_rows(rows):
    """Rows as a Markdown table, the first as its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def cuts(values):
    """The median and the 99th percentile."""
    found = quantiles(values, n=100)
    return found[49], found[98]


def spread(values):
    return " / ".join(f"{cut:.1f}" for cut in cuts(values))


def arguments():
    parser = argparse.ArgumentParser(prog="make bench-kafka ARGS=...", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default all")
    parser.add_argument("--small", type=int, default=100_000, help="lines of the smaller run (100000)")
    parser.add_argument("--large", type=int, default=600_000, help="lines of the larger run (600000)")
    names = ", ".join(competitors.LABELS)
    parser.add_argument("--only", default=names, help=f"competitors, comma separated, of {names}")
    parser.add_argument("--count", type=int, default=500, help="single lines for the latency (500)")
    parser.add_argument("--series", type=int, default=100_000, help="series for the recovery (100000)")
    parser.add_argument("--whole-log", action="store_true", help="recovery also from the log alone (minutes)")
    asked = parser.parse_args()
    asked.only = [name.strip() for name in asked.only.split(",")]
    for given, known in ((asked.parts, PARTS), (asked.only, competitors.LABELS)):
        if unknown := sorted(set(given) - set(known)):
            parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    return asked


async def main():
    """Run the parts asked for, each over a broker of its own."""
    asked = arguments()
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            ground = Ground(Path(folder))
            try:
                async for text in PARTS[part](ground, asked):
                    sys.stdout.write(text + "\n")
                    sys.stdout.flush()
            finally:
                ground.broker.stop()


if __name__ == "__main__":
    asyncio.run(main())
