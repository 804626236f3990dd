"""The XML documents of a file, a folder or a zip archive, one after the other, each within bounds."""

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Final

from tidegauge.ingest.feeds.base import Container, FeedError
from tidegauge.ingest.feeds.files import open_file, reading

Readable = IO[bytes] | gzip.GzipFile
Opener = Callable[[], Readable]
MOST_MEMBERS: Final = 100_000
_SUFFIXES: Final = (".xml", ".xml.gz")


def member_names(path: Path, container: Container) -> list[str]:
    """Names of the XML documents in their order; one empty name for a plain file. Raises FeedError."""
    if container is Container.FOLDER:
        names = sorted(str(one.relative_to(path)) for one in path.rglob("*") if _is_xml(one.name))
    elif container is Container.ARCHIVE:
        with _archive(path) as archive:
            names = sorted(name for name in archive.namelist() if _is_xml(name))
    else:
        return [""]
    if not names:
        raise FeedError(f"{path}: holds no XML file")
    if len(names) > MOST_MEMBERS:
        raise FeedError(f"{path}: holds more than {MOST_MEMBERS} XML files")
    return names


def documents(path: Path, container: Container) -> Iterator[tuple[str, Opener]]:
    """(name, how to open it) of each document, by name; raises FeedError."""
    names = member_names(path, container)
    if container is Container.ARCHIVE:
        with _archive(path) as archive:
            for name in names:
                yield name, partial(_unpacked, archive, name)
        return
    for name in names:
        yield name, partial(_opened, path / name if name else path)


def _unpacked(archive: zipfile.ZipFile, name: str) -> Readable:
    try:
        file = archive.open(name)
    except (NotImplementedError, RuntimeError) as error:  # an unknown method; encrypted
        raise FeedError(f"{name}: cannot be unpacked ({error})") from error
    return gzip.open(file) if name.lower().endswith(".gz") else file


def _opened(path: Path) -> Readable:
    return open_file(path)


def _is_xml(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with reading(path), zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise FeedError(f"{path}: damaged or encrypted zip archive ({error})") from error
