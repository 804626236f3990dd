"""Scopes: like products or product groups, as the desk or an association means them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegauge.domain.books.newest import Record


@dataclass(slots=True)
class ScopeBook:
    """Scopes by identifier; a later record of one identifier replaces the former."""

    scopes: dict[str, Record] = field(default_factory=dict)

    def take(self, row: Mapping[str, Any]) -> None:
        """Enter one `scope` record."""
        self.scopes[str(row["scope_id"])] = dict(row)

    def of(self, product: str, here: tuple[str, ...]) -> list[str]:
        """Identifiers of the scopes that hold a product of a reporter, in order."""
        return [
            scope_id
            for scope_id, scope in sorted(self.scopes.items())
            if scope.get("reporter", here[0]) in here and product.startswith(tuple(scope["products"]))
        ]
