"""The books: what reference records say of rates, prices, industries, measures and the border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tidegauge.domain.books.conversions import ConversionBook
from tidegauge.domain.books.fx import FxBook
from tidegauge.domain.books.industry import IndustryBook, ProductionBook
from tidegauge.domain.books.measures import MeasureBook
from tidegauge.domain.books.prices import PriceBook
from tidegauge.domain.books.scopes import ScopeBook
from tidegauge.domain.books.subsidies import SubsidyBook
from tidegauge.domain.books.tariffs import TariffBook
from tidegauge.domain.books.triggers import TriggerBook

__all__ = ["Books", "ConversionBook", "FxBook", "IndustryBook", "MeasureBook", "PriceBook", "ProductionBook",
           "ScopeBook", "SubsidyBook", "TariffBook", "TriggerBook"]  # fmt: skip


@dataclass(slots=True)
class Books:
    """All books of a partition."""

    fx: FxBook = field(default_factory=FxBook)
    conversions: ConversionBook = field(default_factory=ConversionBook)
    prices: PriceBook = field(default_factory=PriceBook)
    production: ProductionBook = field(default_factory=ProductionBook)
    industry: IndustryBook = field(default_factory=IndustryBook)
    measures: MeasureBook = field(default_factory=MeasureBook)
    subsidies: SubsidyBook = field(default_factory=SubsidyBook)
    scopes: ScopeBook = field(default_factory=ScopeBook)
    tariffs: TariffBook = field(default_factory=TariffBook)
    triggers: TriggerBook = field(default_factory=TriggerBook)

    def take(self, kind: str, row: Mapping[str, Any]) -> bool:
        """Enter one record into every book that its kind concerns; other kinds pass by.

        Whether a book says something new with it; conversions and scopes are not asked.
        """
        unasked = {"conversion": self.conversions.take, "scope": self.scopes.take}
        if kind in unasked:
            unasked[kind](row)
            return False
        takers = {
            "fx": (self.fx.take,),
            "price": (self.prices.take,),
            "industry": (self.production.take, self.industry.take),
            "measure": (self.measures.take,),
            "subsidy": (self.subsidies.take,),
            "tariff": (self.tariffs.take,),
            "trigger": (self.triggers.take,),
        }
        said = [taker(row) for taker in takers.get(kind, ())]  # every taker, before any is asked
        return any(said)
