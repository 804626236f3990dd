"""Writes the tables of README.md and docs/ that are made from the code: `make docs`.

A generated part stands between `<!-- NAME: generated -->` and `<!-- /NAME -->`; a test holds it to the code.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from tidegauge.runtime.dashboard import dashboard
from tidegauge.runtime.errors import UserError, run_cli
from tidegauge.runtime.kafka.settings import PREFIX, KafkaSettings
from tidegauge.runtime.metrics import METRICS
from tidegauge.runtime.settings import ENV_PREFIX, Settings


def settings_table() -> str:
    """Every setting with its default and meaning, as a Markdown table."""
    return _settings(Settings, ENV_PREFIX)


def kafka_table() -> str:
    """The same of the settings of the Kafka runtime."""
    return _settings(KafkaSettings, PREFIX)


def _settings(kind: type[BaseSettings], prefix: str) -> str:
    return _table(
        ("variable", "default", "meaning"),
        (
            (f"`{prefix}{name.upper()}`", _default(field.default), field.description or "")
            for name, field in kind.model_fields.items()
        ),
    )


def metrics_table() -> str:
    """Every metric with its type, unit, labels, meaning and advice, as a Markdown table."""
    return _table(
        ("metric", "type", "unit", "labels", "meaning", "when it moves"),
        ((f"`{m.name}`", m.type_name, m.unit, ", ".join(m.labels), m.meaning, m.action) for m in METRICS),
    )


GENERATED = {  # file, then part, then what makes it
    "README.md": {"settings": settings_table},
    "docs/kafka.md": {"kafka": kafka_table},
    "docs/metrics.md": {"metrics": metrics_table},
}
DASHBOARD = "deploy/grafana/tidegauge.json"


def with_generated_parts(name: str, text: str) -> str:
    """The text of a file with its generated parts made anew; raises UserError if one has no place in it."""
    for part, make in GENERATED[name].items():
        begin, end = f"<!-- {part}: generated -->", f"<!-- /{part} -->"
        before, begun, rest = text.partition(begin)
        _former, ended, after = rest.partition(end)
        if not (begun and ended):
            raise UserError(f"{name} has no place for its table: put {begin} and {end} there")
        text = f"{before}{begin}\n{make()}\n{end}{after}"
    return text


def write(root: Path) -> list[str]:
    """Make the generated parts of all files under `root` anew; gives the names of those that changed."""
    changed = []
    for name in GENERATED:
        former = (root / name).read_text(encoding="utf-8")
        text = with_generated_parts(name, former)
        if text != former:
            (root / name).write_text(text, encoding="utf-8")
            changed.append(name)
    path = root / DASHBOARD
    if path.exists() and path.read_text(encoding="utf-8") != dashboard():
        path.write_text(dashboard(), encoding="utf-8")
        changed.append(DASHBOARD)
    return changed


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _default(value: object) -> str:
    if value is None or str(value) == "" or value is PydanticUndefined:
        return "(none)"
    return f"`{value}`"


def _main() -> None:
    changed = write(Path())
    sys.stdout.write(f"wrote {', '.join(changed)}\n" if changed else "all generated parts are up to date\n")


if __name__ == "__main__":
    run_cli(_main)
