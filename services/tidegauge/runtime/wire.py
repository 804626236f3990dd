"""Blocks and alerts as bytes: MessagePack around raw little-endian columns, and JSON."""

from typing import Any

import msgspec
import numpy as np

from tidegauge.domain.alerts import Alert
from tidegauge.domain.blocks import Block, BlockKind

_FORMAT = 2
_alert_decoder = msgspec.json.Decoder(Alert)


class UndecodableError(ValueError):
    """A message that is not one of ours; the text says what is wrong with it."""


def encode_block(block: Block) -> bytes:
    """The bytes of a block; equal blocks give equal bytes."""
    columns = {
        name: (column.dtype.newbyteorder("<").str, np.ascontiguousarray(column).tobytes())
        for name, column in block.columns.items()
    }
    return msgspec.msgpack.encode((_FORMAT, block.kind, block.header, columns))


def decode_block(payload: bytes) -> Block:
    """The block of some bytes; raises UndecodableError. Columns are read-only views of the bytes."""
    try:
        version, kind, header, columns = msgspec.msgpack.decode(
            payload, type=tuple[int, str, dict[str, Any], dict[str, tuple[str, bytes]]]
        )
        if version != _FORMAT:
            raise UndecodableError(f"block format {version} is not {_FORMAT}")
        arrays = {name: np.frombuffer(data, dtype=np.dtype(dtype)) for name, (dtype, data) in columns.items()}
        block = Block(BlockKind(kind), header, arrays)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        raise UndecodableError(f"not a block: {error}") from error
    if len({len(column) for column in arrays.values()}) > 1:
        raise UndecodableError("the columns of the block differ in length")
    return block


def encode_alert(alert: Alert) -> bytes:
    """One line of JSON, fields in the order of FORMATS; equal alerts give equal bytes."""
    return msgspec.json.encode(alert)


def decode_alert(payload: bytes) -> Alert:
    """The alert of its JSON; raises UndecodableError."""
    try:
        return _alert_decoder.decode(payload)
    except (msgspec.DecodeError, ValueError) as error:
        raise UndecodableError(f"not an alert: {error}") from error
