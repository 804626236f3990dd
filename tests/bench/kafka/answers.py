"""What every competitor must say in the end: mass and value of each product, origin and month."""

import json
from collections import defaultdict

from tests.kafka.world import everything

from tidegauge.domain.codes import SCOPE_BASE, country_code, product_code
from tidegauge.domain.periods import month_text
from tidegauge.runtime.events import Topic
from tidegauge.runtime.kafka.names import Names
from tidegauge.runtime.wire import decode_block


class WrongAnswerError(AssertionError):
    """A competitor's totals are not the sums of the lines."""


def expected(records):
    """The sums, from the lines themselves."""
    sums = defaultdict(lambda: [0, 0])
    for record in records:
        total = sums["|".join((record["product"], record["origin"], record["accepted_at"][:7]))]
        total[0] += round(float(record["net_mass_kg"]) * 1_000)
        total[1] += round(float(record["value"]) * 10_000)
    return {key: tuple(total) for key, total in sums.items()}


async def told(settings, topic):
    """The last total of each key in a topic of a peer."""
    last = {record.key.decode().strip('"'): record.value for record in await everything(settings, topic)}
    sums = {key: json.loads(value) for key, value in last.items()}
    return {key: (one["mass_g"], one["value_e4"]) for key, one in sums.items()}


async def figures(settings):
    """The last figures of each cell, as the monitors told them."""
    found = {}
    for record in await everything(settings, Names(settings).event(Topic.FIGURES)):
        columns = decode_block(record.value).columns
        if "mass_g" in columns:
            names = ("product", "origin", "month", "mass_g", "value_e4")
            for product, origin, month, *sums in zip(
                *(columns[name].tolist() for name in names), strict=True
            ):
                if product < SCOPE_BASE:
                    found[product, origin, month] = tuple(sums)
    return {
        "|".join((product_code(product), country_code(origin), month_text(month))): sums
        for (product, origin, month), sums in found.items()
    }


def hold(name, found, wanted):
    """Raise WrongAnswerError, with an example, unless both are the same."""
    if found != wanted:
        odd = [key for key in {**wanted, **found} if found.get(key) != wanted.get(key)]
        example = f"{odd[0]}: {found.get(odd[0])} for {wanted.get(odd[0])}"
        raise WrongAnswerError(f"{name}: {len(odd):,} of {len(wanted):,} totals are wrong, e.g. {example}")
