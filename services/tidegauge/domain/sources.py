"""Names of sources: which of them speak of single declarations, and how one is told apart by value basis."""

from typing import Final

DECLARATIONS: Final = "declarations"  # the source of series that rest on single declarations
VALUE_BASES: Final = ("CIF", "FOB", "customs")
_SUFFIXES: Final = tuple(f":{basis}" for basis in VALUE_BASES)


def of_basis(source: str, basis: str) -> str:
    """The name of a source's figures on another value basis than those it was met with first."""
    return f"{source}:{basis}"


def publisher(source: str) -> str:
    """The source without the value basis that tells its series apart."""
    return next((source.removesuffix(end) for end in _SUFFIXES if source.endswith(end)), source)


def is_declarations(source: str) -> bool:
    """Whether series of a source rest on single declarations, on whatever value basis."""
    return publisher(source) == DECLARATIONS
