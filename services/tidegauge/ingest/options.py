"""How a file was read, as bytes: kept with the file, so that a line of it can be read that way again."""

import msgspec

from tidegauge.ingest.reading import FeedOptions


def encode_options(options: FeedOptions) -> bytes:
    """Options to be stored."""
    return msgspec.json.encode(options, enc_hook=str)


def decode_options(stored: bytes) -> FeedOptions:
    """Options as they were stored."""
    return msgspec.json.decode(stored, type=FeedOptions, dec_hook=lambda kind, text: kind(text))
