"""Bytes changed by chance: single bytes, pieces that break formats, huge numbers, encodings, deep nesting."""

import gzip
import zipfile
from io import BytesIO
from random import Random

PIECES = (
    b"", b",", b";", b'"', b"'", b"\n", b"\r\n", b"\r", b"\0", b"\t", b" ", b"-", b"+", b".", b"e", b"0",
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf", "\u0661".encode(), "日".encode(),
    b"NA", b"NaN", b"nan", b"inf", b"-0", b"null", b"true", b":", b"..", b"WORLD", b"EU27_2020", b"TOTAL",
    b"9" * 25, b"9" * 400, b"1e400", b"1e-400", b"e999999", b"0." + b"0" * 60 + b"1", b"1_000", b"0x10",
    b"{", b"}", b"[", b"]", b"[" * 300, b'{"a":' * 300, b"<", b">", b"&", b"<a>" * 60, b"</Declaration>",
    b"<!DOCTYPE x>", b"<![CDATA[", b"&#0;", b"&amp;" * 20, b"2024-13-45", b"0000-00", b"9999-12",
)  # fmt: skip
_VALUES = tuple(piece for piece in PIECES if not set(piece) & set(b'<>&[]{}"\0\xff\xc3\xed\xe2'))
_DATA = ("sheet1.xml", "sharedStrings.xml", "message.xml")  # members of archives that hold figures
_MOST_CHANGES = 6
_ANYWHERE = 0.5
_CUT, _REPEATED, _ENCODED, _FLIPPED = 0.08, 0.16, 0.19, 0.45


def mutated(content: bytes, chance: Random) -> bytes:
    """The content with a few changes; the same chance makes the same.

    Half of the time the frame stays whole (header line, markup, container), so that reading goes deep.
    """
    if chance.random() < _ANYWHERE or content.startswith(b"PAR1"):
        data = bytearray(content)
        for _ in range(chance.randint(1, _MOST_CHANGES)):
            data = _changed(data, chance)
        return bytes(data)
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(mutated(gzip.decompress(content), chance), 1, mtime=0)
    if content.startswith(b"PK"):
        return _repacked(content, chance)
    if content.lstrip()[:1] in b"<[{":
        return _with_other_values(content, chance)
    header, newline, rest = content.partition(b"\n")
    data = bytearray(rest)
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        at = chance.randrange(len(data) + 1)
        data[at : at + chance.choice((0, 0, 1, 5))] = chance.choice(PIECES)
    return header + newline + bytes(data)


def _repacked(content: bytes, chance: Random) -> bytes:
    """An archive with one of its XML members changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        changed = chance.choice([name for name in old.namelist() if name.endswith(_DATA)])
        for name in old.namelist():
            data = old.read(name)
            new.writestr(zipfile.ZipInfo(name), mutated(data, chance) if name == changed else data)
    return out.getvalue()


def _with_other_values(content: bytes, chance: Random) -> bytes:
    """Some digits become something else, and no markup does."""
    data = bytearray(content)
    for _ in range(chance.randint(1, _MOST_CHANGES)):
        digits = [at for at, byte in enumerate(data) if byte in b"0123456789"]
        at = chance.choice(digits)
        data[at : at + chance.choice((0, 1))] = chance.choice(_VALUES)
    return bytes(data)


def _changed(data: bytearray, chance: Random) -> bytearray:
    at = chance.randrange(len(data) + 1)
    kind = chance.random()
    if kind < _CUT:
        return data[:at]
    if kind < _REPEATED:
        piece = data[at : at + chance.randint(1, 200)]
        return data[:at] + piece * chance.randint(2, 4) + data[at:]
    if kind < _ENCODED:
        return bytearray(_encoded(bytes(data), chance))
    if kind < _FLIPPED and at < len(data):
        data[at] ^= 1 << chance.randrange(8)
        return data
    data[at : at + chance.choice((0, 0, 1, 5))] = chance.choice(PIECES)
    return data


def _encoded(data: bytes, chance: Random) -> bytes:
    """The whole in another encoding or container."""
    text = data.decode("utf-8", errors="replace")
    match chance.randrange(4):
        case 0:
            return text.encode("utf-16")
        case 1:
            return text.encode("latin-1", errors="replace")
        case 2:
            packed = bytearray(gzip.compress(data, 1, mtime=0))
            packed[chance.randrange(len(packed))] ^= 1 << chance.randrange(8)
            return bytes(packed)
        case _:
            return b"\xef\xbb\xbf" + data
