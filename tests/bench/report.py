"""Figures of several runs as a table of least, median and greatest."""

import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

Cases = list[tuple[str, Callable[..., dict[str, float]], tuple[Any, ...]]]  # label, what measures, arguments


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one case, once a run; the unit is the last word of its name."""

    case: str
    figure: str
    values: list[float]

    def plain(self) -> dict[str, Any]:
        """For the JSON file."""
        return {"case": self.case, "figure": self.figure, "values": self.values}


def table(title: str, rows: list[Row]) -> str:
    """Rows as Markdown."""
    lines = [f"\n## {title}", "| case | figure | min | median | max |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        found = (min(row.values), statistics.median(row.values), max(row.values))
        lines.append(f"| {row.case} | {row.figure} | {' | '.join(map(_short, found))} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _WHOLE else f"{value:.3g}"


_WHOLE = 100  # from here on decimals say nothing


class Stopwatch:
    """Adds up the time spent in some functions; time in a nested one counts for that one alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Time a stretch of code."""
        self._inner.append(0.0)
        began = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.seconds[name] += took - self._inner.pop()
            if self._inner:
                self._inner[-1] += took

    def watch(self, owner: Any, attribute: str, name: str) -> None:
        """Replace a function or method by one that is timed under `name`."""
        original: Callable[..., Any] = getattr(owner, attribute)

        @wraps(original)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.span(name):
                return original(*args, **kwargs)

        setattr(owner, attribute, timed)


def resident_mb() -> float:
    """Memory in use by this process now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 1e6
