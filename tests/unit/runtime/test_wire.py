"""Blocks as bytes: what is not one of ours, and what another version wrote."""

import msgspec
import numpy as np
import pytest

from tidegauge.domain.blocks import Block, BlockKind
from tidegauge.runtime.wire import OtherFormatError, UndecodableError, decode_block, encode_block

BYTES = encode_block(Block(BlockKind.MARK, {"as_of": 7}, {"x": np.arange(3)}))


def changed(place, value):
    parts = msgspec.msgpack.decode(BYTES)
    parts[place] = value
    return msgspec.msgpack.encode(parts)


def test_a_block_comes_back():
    block = decode_block(BYTES)
    assert (block.kind, block.header, block.columns["x"].tolist()) == (
        BlockKind.MARK,
        {"as_of": 7},
        [0, 1, 2],
    )


@pytest.mark.parametrize("version", [1, 3])
def test_a_block_of_another_version_is_sound_and_not_ours_to_pass(version):
    with pytest.raises(
        OtherFormatError, match=f"has format {version}, and this one reads 2: another version"
    ):
        decode_block(changed(0, version))


def test_a_kind_that_a_newer_version_has():
    with pytest.raises(OtherFormatError, match="of kind 'tides', not known here: another version"):
        decode_block(changed(1, "tides"))


@pytest.mark.parametrize("payload", [b"", b"\xffno block", BYTES[:-1], changed(3, {"x": ["<i8", b"123"]})])
def test_bytes_that_are_no_block(payload):
    with pytest.raises(UndecodableError):
        decode_block(payload)
