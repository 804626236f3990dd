"""Parse XML from strangers message by message: no DTD, no entities, bounded depth and size.

Built on expat of the standard library. A document type declaration is refused as such, so that neither entity
expansion nor external entities can occur; nothing is ever fetched.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from gzip import GzipFile
from typing import IO, Final, Self
from xml.parsers import expat

MOST_DEPTH: Final = 40  # elements inside each other; declarations use about 12
MOST_MESSAGE_ELEMENTS: Final = 400_000  # of one message: 999 items with everything
MOST_TEXT: Final = 64 * 2**10  # characters of one element
MOST_BYTES: Final = 2**30  # of one document, unpacked
_CHUNK: Final = 64 * 2**10
_MESSAGES: Final = frozenset({"MetaData", "Declaration", "Response"})
_NAMESPACE: Final = " "


class RefusedXmlError(Exception):
    """XML that is not read; the message is the end of a sentence, `line` where it stands."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line


@dataclass(slots=True)
class Element:
    """An element by its local name: attributes, text and children in order; `line` counts from 1."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Self] = field(default_factory=list)

    def find(self, path: str) -> Self | None:
        """The first element at a path of local names such as `GoodsShipment/Importer/ID`."""
        return next(self.all(path), None)

    def all(self, path: str) -> Iterator[Self]:
        """Every element at a path of local names."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def said(self, path: str) -> str:
        """The text of the first element at a path, "" where there is none."""
        found = self.find(path)
        return "" if found is None else found.text.strip()


def read_messages(file: IO[bytes] | GzipFile) -> Iterator[Element]:
    """Each message of a document as soon as it ends; raises RefusedXmlError.

    A message is an outermost MetaData, Declaration or Response, at whatever depth it stands.
    """
    parser = _Parser()
    size = 0
    while chunk := file.read(_CHUNK):
        if not size:
            chunk = chunk.lstrip()
        size += len(chunk)
        if size > MOST_BYTES:
            raise RefusedXmlError("the document is longer than 1 GiB", parser.line)
        yield from parser.feed(chunk, last=False)
    yield from parser.feed(b"", last=True)


class _Parser:
    """Builds one message at a time."""

    def __init__(self) -> None:
        self._expat = expat.ParserCreate(namespace_separator=_NAMESPACE)
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.StartDoctypeDeclHandler = self._refuse_doctype
        self._expat.EntityDeclHandler = self._refuse_doctype
        self._expat.ExternalEntityRefHandler = self._refuse_doctype
        self._depth = 0
        self._open: list[Element] = []
        self._count = 0
        self._done: list[Element] = []

    @property
    def line(self) -> int:
        """The line that is being read."""
        return self._expat.CurrentLineNumber

    def feed(self, chunk: bytes, *, last: bool) -> list[Element]:
        """The messages that end in a chunk."""
        self._done = []
        try:
            self._expat.Parse(chunk, last)
        except expat.ExpatError as error:
            why = expat.ErrorString(error.code)
            raise RefusedXmlError(f"is not well-formed XML ({why})", error.lineno) from error
        except (LookupError, ValueError) as error:  # an encoding that does not exist
            raise RefusedXmlError("is in an unknown encoding", self.line) from error
        return self._done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise RefusedXmlError(f"elements are nested deeper than {MOST_DEPTH}", self.line)
        local = name.rpartition(_NAMESPACE)[2]
        if not self._open and local not in _MESSAGES:
            return
        self._count += 1
        if self._count > MOST_MESSAGE_ELEMENTS:
            raise RefusedXmlError(f"one message has more than {MOST_MESSAGE_ELEMENTS} elements", self.line)
        made = Element(local, self.line, attributes)
        if self._open:
            self._open[-1].children.append(made)
        self._open.append(made)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        ended = self._open.pop()
        if not self._open:
            self._done.append(ended)
            self._count = 0

    def _text(self, text: str) -> None:
        if self._open:
            element = self._open[-1]
            if len(element.text) + len(text) > MOST_TEXT:
                raise RefusedXmlError(f"one element holds more than {MOST_TEXT} characters", self.line)
            element.text += text

    def _refuse_doctype(self, *_arguments: object) -> int:
        raise RefusedXmlError("has a document type declaration (DTD); such XML is not read", self.line)
