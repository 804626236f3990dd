"""Running the product as a user does: its command, in a process of its own."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.receiver import Receiver

COMMAND = [sys.executable, "-c", "from tidegauge.cli import main; main()"]
EXAMPLE = Path(__file__).parents[2] / "examples" / "brazil-fertilizers"
LONGEST_RUN_S = 240


class Product:
    """The command line over one data folder."""

    def __init__(self, data_dir):
        self.data_dir = data_dir
        self.environment = {**os.environ, "TIDEGAUGE_DATA_DIR": str(data_dir), "COLUMNS": "200"}

    def run(self, *arguments, **environment):
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN_S,
            check=False,
        )

    def start(self, *arguments, **environment):
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def product(tmp_path):
    return Product(tmp_path / "data")


@pytest.fixture
def example():
    return EXAMPLE


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Two products over eight years: small enough to run dozens of times, with every kind of event."""
    path = tmp_path_factory.mktemp("figures") / "flows.csv"
    with (EXAMPLE / "flows.csv").open(newline="") as source, path.open("w", newline="") as target:
        rows = csv.DictReader(source)
        writer = csv.DictWriter(target, rows.fieldnames)
        writer.writeheader()
        writer.writerows(
            row
            for row in rows
            if row["product"] in {"31022100", "31054000"} and "2017-01" <= row["period"] <= "2021-12"
        )
    return [path, EXAMPLE / "fx.csv", EXAMPLE / "benchmarks.csv"]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()
