"""Write a scenario into a folder: one file of declarations a month, the truth beside it, and what made it."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import polars as pl

from tidegauge.scenario.delivery import Delivery
from tidegauge.scenario.events import Event
from tidegauge.scenario.lines import ROW, chunk_ends_s, chunk_lines, month_span_s
from tidegauge.scenario.parameters import Parameters, Stream, generator
from tidegauge.scenario.reference import RULES, reference
from tidegauge.scenario.text import Words
from tidegauge.scenario.totals import Totals
from tidegauge.scenario.versions import history
from tidegauge.scenario.world import World, chunk_sizes, month_state

TRUTH, CELLS, MANIFEST = "truth.csv", "cells.csv", "scenario.json"
REFERENCE, RULES_FILE = "reference", "rules.toml"
_GZIP_LEVEL: Final = 4  # twice as fast as the default, a tenth larger
_TRUTH_COLUMNS: Final = ("kind", "product", "origin", "from", "to", "size", "price", "share", "other")
_FACTORS: Final = frozenset({"size", "price", "share"})
_NOTHING: Final = np.empty(0, ROW)


@dataclass(frozen=True, slots=True)
class Written:
    """One step: a chunk of a month."""

    month: str
    lines: int
    rows: int


@dataclass(slots=True)
class _File:
    """A file as the manifest tells it."""

    name: str
    rows: int = 0
    sha256: str = ""


@dataclass(slots=True)
class Writer:
    """Writes one scenario; memory is bounded by a chunk, a month's cells and the versions under way."""

    folder: Path
    world: World
    zipped: bool = False
    _files: list[_File] = field(default_factory=list)

    def write(self) -> Iterator[Written]:
        """Write everything, chunk by chunk; the manifest comes last. OSError is the caller's to tell."""
        words, delivery, cells = Words(self.world), Delivery(), _File(CELLS)
        with _bytes(self.folder / CELLS, zipped=False) as truth:
            for place in range(self.world.parameters.months):
                totals = Totals()
                yield from self._month(place, words, delivery, totals)
                frame = words.cells(self.world.parameters.month(place), *totals.cells())
                _append(truth, frame, header=place == 0)
                cells.rows += len(frame)
        self._files.append(cells)
        self._planted()
        self._reference()
        for file in self._files:
            with (self.folder / file.name).open("rb") as content:
                file.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        text = json.dumps(manifest(self.world, [asdict(file) for file in self._files]), indent=2)
        (self.folder / MANIFEST).write_text(text + "\n", encoding="utf-8")

    def _month(self, place: int, words: Words, delivery: Delivery, totals: Totals) -> Iterator[Written]:
        parameters = self.world.parameters
        month = parameters.month(place)
        file = _File(f"declarations-{month}.csv{'.gz' if self.zipped else ''}")
        state, ends = month_state(self.world, place), chunk_ends_s(self.world, place)
        with _bytes(self.folder / file.name, zipped=self.zipped) as output:
            _append(output, words.frame(_NOTHING), header=True)
            for chunk, lines in enumerate(chunk_sizes(self.world, place)):
                chance = generator(parameters.seed, Stream.CHUNK, place, chunk, 1)
                made = history(self.world.catalogue, chunk_lines(self.world, state, chunk), chance)
                totals.add(made.final, made.stands)
                arrived = delivery.until(made.versions, ends[chunk])
                _append(output, words.frame(arrived))
                file.rows += len(arrived)
                yield Written(month, lines, len(arrived))
            over = place == parameters.months - 1
            late = delivery.rest() if over else delivery.until(_NOTHING, month_span_s(self.world, place)[1])
            _append(output, words.frame(late))
            file.rows += len(late)
        self._files.append(file)
        yield Written(month, 0, len(late))

    def _planted(self) -> None:
        rows = [truth_row(event, self.world.parameters) for event in self.world.events]
        schema = {name: pl.Float64 if name in _FACTORS else pl.String for name in _TRUTH_COLUMNS}
        with _bytes(self.folder / TRUTH, zipped=False) as output:
            _append(output, pl.DataFrame(rows, schema=schema, orient="row"), header=True)
        self._files.append(_File(TRUTH, len(rows)))

    def _reference(self) -> None:
        """What an authority would hold beside the declarations; a kind without any record has no file."""
        (self.folder / REFERENCE).mkdir()
        for name, frame in reference(self.world).items():
            if frame.height:
                file = _File(f"{REFERENCE}/{name}.csv", frame.height)
                with _bytes(self.folder / file.name, zipped=False) as output:
                    _append(output, frame, header=True)
                self._files.append(file)
        (self.folder / RULES_FILE).write_text(RULES, encoding="utf-8")


def truth_row(event: Event, parameters: Parameters) -> tuple[str | float | None, ...]:
    """One planted event, as truth.csv tells it; None is an empty field."""
    months = parameters.month(event.first), parameters.month(event.last)
    where = (str(event.kind), event.product or None, event.origin)
    return (*where, *months, event.size, event.price, event.share, event.other or None)


def manifest(world: World, files: list[dict[str, Any]]) -> dict[str, Any]:
    """What made the scenario, and what it should hash to; no date, as the same call gives the same bytes."""
    asked = asdict(world.parameters) | {"first_month": world.parameters.month(0)}
    events = [
        dict(zip(_TRUTH_COLUMNS, truth_row(event, world.parameters), strict=True)) for event in world.events
    ]
    made_with = {"numpy": np.__version__, "polars": pl.__version__, "bit_generator": "PCG64"}
    return {"parameters": asked, "made_with": made_with, "events": events, "files": files}


@contextmanager
def _bytes(path: Path, *, zipped: bool) -> Iterator[IO[bytes]]:
    """A new file, plain or gzip; gzip without name and time, so that the same rows give the same bytes."""
    with path.open("xb") as plain:
        if not zipped:
            yield plain
            return
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, plain, mtime=0) as packed:
            yield packed  # type: ignore[misc]  # a GzipFile writes bytes as any file does


def _append(output: IO[bytes], frame: pl.DataFrame, *, header: bool = False) -> None:
    buffer = BytesIO()
    frame.write_csv(buffer, include_header=header)
    output.write(buffer.getbuffer())
