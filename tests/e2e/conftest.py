"""Running the product as a user does: its command, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
