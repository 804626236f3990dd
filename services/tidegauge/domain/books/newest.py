"""Of one record key one version counts: the newest vintage, whatever order they come in."""

from collections.abc import Hashable, Mapping
from typing import Any, TypeVar

Record = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)


def newer(one: Mapping[str, Any], other: Mapping[str, Any] | None, rank: tuple[str, ...] = ()) -> bool:
    """Whether a record counts instead of another of its key: by vintage, then by what stands later in `rank`.

    `rank` are the values of its `stage` in their order. Of two that tie the greater text counts.
    """
    return other is None or _age(one, rank) > _age(other, rank)


def enter(held: dict[Key, Record], key: Key, row: Mapping[str, Any]) -> bool:
    """Keep the later record of a key; whether it says anything else than the former."""
    before, held[key] = held.get(key), dict(row)
    return held[key] != before


def key_of(record: Mapping[str, Any], names: tuple[str, ...]) -> Record:
    """The named fields of a record that are filled: its key as evidence names it."""
    return {name: record[name] for name in names if record.get(name)}


def _age(record: Mapping[str, Any], rank: tuple[str, ...]) -> tuple[str, int, str]:
    stage = rank.index(record["stage"]) if rank else 0
    return str(record.get("vintage") or ""), stage, repr(sorted(record.items()))
