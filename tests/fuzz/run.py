"""Throws mutated files and records at every connector: `python tests/fuzz/run.py [--files N] [--records N]`.

Each case has a number and is the same again on every machine; `--only NAME --first NUMBER --files 1` runs one
alone. A case that takes longer than a minute ends the run with where it hangs.
"""

import argparse
import faulthandler
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.fuzz.cases import RECORDS_A_FILE, file_case, messages_case, records_case  # noqa: E402 - after the path
from tests.fuzz.samples import COUNTED, Format, formats  # noqa: E402

HANGS_S = 60
SHOWN = 50
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made there


def run(of: Format, first: int, files: int, records: int) -> tuple[Counter[str], list[str]]:
    """What became of the cases of one format, and the failures with their numbers."""
    found, failures = Counter[str](), list[str]()
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        place = Path(folder)
        cases = [(file_case, number) for number in range(first, first + files)]
        if of.connector == "wco-dm":
            cases += [(messages_case, number) for number in range(first, first + files)]
        cases += [(records_case, number) for number in range(first, first - (-records // RECORDS_A_FILE))]
        for case, number in cases:
            faulthandler.dump_traceback_later(HANGS_S, exit=True)
            try:
                found.update(case(of, number, place))
            except BaseException as error:  # noqa: BLE001 - whatever it is, a panic too, it is a finding
                failures.append(f"{of.name}, {case.__name__} {number}: {type(error).__name__}: {error}"[:600])
        faulthandler.cancel_dump_traceback_later()
    return found, failures


def main(given: Sequence[str] | None = None) -> None:
    """Run the cases asked for and say what became of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=50_000, help="mutated files over all formats (50,000)")
    parser.add_argument(
        "--records", type=int, default=50_000, help="mutated records over all formats (50,000)"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first case (0)")
    parser.add_argument("--only", help="one format")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(given)
    chosen = [one for one in formats() if asked.only in (None, one.name)]
    counted = [one for one in chosen if one.name in COUNTED]
    began, total, failures = time.monotonic(), Counter[str](), list[str]()
    with ProcessPoolExecutor(asked.workers, multiprocessing.get_context("spawn")) as pool:
        jobs = {}
        for one in chosen:
            files = -(-asked.files // len(chosen))
            records = -(-asked.records // len(counted)) if one in counted else 0
            jobs[one.name] = pool.submit(run, one, asked.first, files, records)
        for name, job in jobs.items():
            found, failed = job.result()
            total.update(found)
            failures += failed
            sys.stdout.write(f"{name:24} {found['read']:>7,} read {found['refused']:>7,} refused\n")
            sys.stdout.flush()
    files, rows = total["read"] + total["refused"], total["records read"]
    sys.stdout.write(
        f"{files:,} files: {total['read']:,} read, {total['refused']:,} refused in one sentence\n"
        f"{rows:,} records: {total['records quarantined']:,} quarantined, the others accounted for\n"
        f"{len(failures)} failures, {time.monotonic() - began:.0f} s\n"
    )
    for failure in failures[:SHOWN]:
        sys.stdout.write(f"{failure}\n")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
