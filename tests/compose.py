"""A Compose file as an engine reads it, and its services as plain processes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

_NEEDED = re.compile(r"\$\{(?P<name>\w+):\?(?P<why>[^}]*)\}")
_SET = re.compile(r"(?:^ENV|^   ) (\w+)=(\S+)", re.MULTILINE)


class MissingVariableError(Exception):
    """A variable that the file needs has no value; the text is what an engine says."""


@dataclass(frozen=True)
class Compose:
    """A Compose file with the variables that it needs."""

    services: dict[str, Any]
    volumes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, variables: Mapping[str, str] | None = None) -> "Compose":
        """The file with its variables put in; raises MissingVariableError."""
        said = _filled(YAML(typ="safe").load(path), variables or {})
        return cls(said["services"], said.get("volumes", {}))

    def mounts(self, service: str) -> dict[str, str]:
        """What lies at each path of a service: a file of the repository, or the name of a volume."""
        said = self.services[service].get("volumes", [])
        return {volume.split(":")[1]: volume.split(":")[0] for volume in said}

    def in_order(self) -> Iterator[str]:
        """The names of the services, each after those that it waits for."""
        waiting, up = list(self.services), set[str]()
        while waiting:
            ready = [name for name in waiting if set(self.services[name].get("depends_on", {})) <= up]
            assert ready, f"these wait for one another: {waiting}"
            waiting = [name for name in waiting if name not in ready]
            up |= set(ready)
            yield from ready


def variables_of(path: Path) -> dict[str, str]:
    """The variables of an .env file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def image_environment(dockerfile: Path) -> dict[str, str]:
    """What the image's last stage sets for its processes."""
    last_stage = dockerfile.read_text(encoding="utf-8").rpartition("\nFROM ")[2]
    return {name: value for name, value in _SET.findall(last_stage) if name != "PATH"}


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, variables) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, variables) for one in value]
    if not isinstance(value, str):
        return value

    def put(found: re.Match[str]) -> str:
        name = found["name"]
        if not variables.get(name):
            raise MissingVariableError(f"required variable {name} is missing a value: {found['why']}")
        return variables[name]

    filled = _NEEDED.sub(put, value)
    assert "${" not in filled, f"only ${{NAME:?why}} is known here: {value}"
    return filled
