"""Blocks and alerts as bytes: MessagePack around raw little-endian columns, and JSON."""

from typing import Any

import msgspec
import numpy as np

from tidegauge.domain.alerts import Alert
from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.runtime.errors import UserError

_FORMAT = 2
_OTHERS = "another version of Tidegauge wrote it; start a version that reads it"
_KINDS = {kind.value for kind in BlockKind}
_alert_decoder = msgspec.json.Decoder(Alert)


class UndecodableError(ValueError):
    """A message that is not one of ours; the text says what is wrong with it."""


class OtherFormatError(UserError):
    """A block of another version of the program: nothing is wrong with it, so nobody may go past it."""


def encode_block(block: Block) -> bytes:
    """The bytes of a block; equal blocks give equal bytes."""
    columns = {
        name: (column.dtype.newbyteorder("<").str, np.ascontiguousarray(column).tobytes())
        for name, column in block.columns.items()
    }
    return msgspec.msgpack.encode((_FORMAT, block.kind, block.header, columns))


def decode_block(payload: bytes) -> Block:
    """The block of some bytes; columns are read-only views of them.

    Raises UndecodableError, and OtherFormatError for a block that another version wrote.
    """
    try:
        version, kind, header, columns = msgspec.msgpack.decode(
            payload, type=tuple[int, str, dict[str, Any], dict[str, tuple[str, bytes]]]
        )
        _require_ours(version, kind)
        arrays = {name: np.frombuffer(data, dtype=np.dtype(dtype)) for name, (dtype, data) in columns.items()}
        block = Block(BlockKind(kind), header, arrays)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise UndecodableError(f"not a block: {error}") from error
    if len({len(column) for column in arrays.values()}) > 1:
        raise UndecodableError("the columns of the block differ in length")
    return block


def _require_ours(version: int, kind: str) -> None:
    if version != _FORMAT:
        raise OtherFormatError(f"the block has format {version}, and this one reads {_FORMAT}: {_OTHERS}")
    if kind not in _KINDS:
        raise OtherFormatError(f"the block is of kind {kind!r}, not known here: {_OTHERS}")


def encode_alert(alert: Alert) -> bytes:
    """One line of JSON, fields in the order of FORMATS; equal alerts give equal bytes."""
    return msgspec.json.encode(alert)


def decode_alert(payload: bytes) -> Alert:
    """The alert of its JSON; raises UndecodableError."""
    try:
        return _alert_decoder.decode(payload)
    except (msgspec.DecodeError, ValueError) as error:
        raise UndecodableError(f"not an alert: {error}") from error
