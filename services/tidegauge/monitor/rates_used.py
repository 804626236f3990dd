"""Which exchange rates stand behind an alert: of its values, of its thresholds, of what it shows."""

from itertools import groupby
from typing import Any

import numpy as np

from tidegauge.domain.books import Books, FxBook
from tidegauge.domain.panel.view import Feed, PanelView
from tidegauge.domain.periods import month_text
from tidegauge.domain.rules.base import Money, Parameters
from tidegauge.domain.rules.describe import rounded


def rates_used(
    books: Books, view: PanelView, row: int, parameters: Parameters, months: range
) -> list[dict[str, Any]]:
    """The `inputs` about rates of one row over a rule's window, none where none was needed."""
    feed = view.feeds[int(view.feed[row])]
    found = _values(books, feed, months) + _thresholds(books.fx, feed, parameters, view.month)
    if np.isfinite(view.usd_rate[row]).any():
        currencies = sorted({feed.currency, "USD", view.seller_currency[row]} - {""})
        found.append(
            {
                "record": "fx",
                "use": "shown",
                "currencies": currencies,
                "period": f"{month_text(months[0])}..{month_text(months[-1])}",
                "source": books.fx.sources(tuple(currencies), months),
            }
        )
    return found


def _values(books: Books, feed: Feed, months: range) -> list[dict[str, Any]]:
    """By what the feed's amounts in other currencies were converted, one entry a currency."""
    used = books.conversions.used(feed.reporter, feed.source, feed.currency, months)
    entries = []
    for currency, group in groupby(used, lambda pair: pair[0].currency):
        made = [(key.month, one) for key, one in group]
        entry = {
            "record": "fx",
            "use": "value",
            "currency": currency,
            "into": feed.currency,
            "rates": {month_text(month): rounded(one.factor) for month, one in made},
            "source": " and ".join(sorted({one.rate_source for _, one in made})),
        }
        earlier = {month_text(m): month_text(one.rate_month) for m, one in made if one.rate_month != m}
        entries.append(entry | ({"rates_of": earlier} if earlier else {}))
    return entries


def _thresholds(fx: FxBook, feed: Feed, parameters: Parameters, month: int) -> list[dict[str, Any]]:
    """By what money thresholds were converted into the feed's currency."""
    stated = {value.currency for value in parameters.values() if isinstance(value, Money)}
    entries = []
    for currency in sorted(stated - {"feed", feed.currency}):
        rate = float(fx.cross(currency, feed.currency, range(month, month + 1))[0])
        if np.isfinite(rate):
            entries.append(
                {
                    "record": "fx",
                    "use": "threshold",
                    "currency": currency,
                    "into": feed.currency,
                    "rates": {month_text(month): rounded(rate)},
                    "source": fx.sources((currency, feed.currency), range(month, month + 1)),
                }
            )
    return entries
