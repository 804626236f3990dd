"""The products and origins of a scenario, and how large each is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tidegauge.domain.areas import EUROPEAN_UNION, members
from tidegauge.domain.arrays import Floats, Ints
from tidegauge.domain.countries import ISO_COUNTRIES
from tidegauge.scenario.parameters import Parameters, ScenarioError, Stream, generator

_RESERVED: Final = 77  # in the Harmonized System
_CHAPTERS: Final = [chapter for chapter in range(1, 98) if chapter != _RESERVED]
_CODES_LEFT: Final = 900_000  # six digits after the chapter, without a leading zero
# Partners in the rough order of their weight in extra-EU imports; the rest follow by code.
_LARGE: Final = """
CN US GB CH TR JP NO KR IN VN TW BR RU MY TH ZA MX SA UA ID EG MA SG CA BD PK AU IL KZ RS TN AE HK PH CL
AR NG DZ BY PE CO KH BA LK MK EC CI
"""
_DUTIES: Final = (0.0, 1.7, 2.5, 3.7, 4.0, 5.5, 6.5, 8.0, 12.0)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Products [P] and origins [O]; sizes are relative.

    `near` and `far` name for each product another one of its chapter and one of another chapter, where there
    is one (else any, which may be the product itself).
    """

    products: list[str]
    product_size: Floats
    near: Ints
    far: Ints
    duty_percent: Floats
    origins: list[str]
    origin_size: Floats


def catalogue(
    parameters: Parameters, named_products: Sequence[str] = (), named_origins: Sequence[str] = ()
) -> Catalogue:
    """The catalogue of a scenario; named codes take the last places of those that chance would give.

    Raises ScenarioError where names or origins do not fit in.
    """
    chance = generator(parameters.seed, Stream.CATALOGUE)
    count = parameters.products
    weights = chance.dirichlet(np.full(len(_CHAPTERS), 0.6))
    chapters = np.array(_CHAPTERS)[chance.choice(len(_CHAPTERS), count, p=weights)]
    tails = chance.choice(_CODES_LEFT, count, replace=False) + 100_000
    drawn = [f"{chapter:02d}{tail}" for chapter, tail in zip(chapters.tolist(), tails.tolist(), strict=True)]
    products = _with_names("products", drawn, named_products)
    near, far = _neighbours(products)
    origins = _with_names("origins", _origins(parameters), named_origins)
    rank = np.arange(1, len(origins) + 1)
    return Catalogue(
        products=products,
        product_size=np.exp(chance.normal(0.0, 1.5, count)),
        near=near,
        far=far,
        duty_percent=chance.choice(_DUTIES, count),
        origins=origins,
        origin_size=rank.astype(np.float64) ** -0.9 * np.exp(chance.normal(0.0, 0.3, len(origins))),
    )


def possible_origins(parameters: Parameters) -> list[str]:
    """The countries outside the reporting union in every month, the large partners first."""
    last = parameters.first_month + parameters.months - 1
    inside = members(EUROPEAN_UNION, parameters.first_month) | members(EUROPEAN_UNION, last)
    large = _LARGE.split()
    ranked = [*large, *sorted(ISO_COUNTRIES - set(large))]
    return [country for country in ranked if country not in inside]


def _origins(parameters: Parameters) -> list[str]:
    possible = possible_origins(parameters)
    if not 2 <= parameters.origins <= len(possible):  # noqa: PLR2004 - a share needs another origin
        raise ScenarioError(f"--origins must lie between 2 and {len(possible)}, not {parameters.origins}")
    return possible[: parameters.origins]


def _with_names(what: str, drawn: list[str], named: Sequence[str]) -> list[str]:
    absent = [name for name in dict.fromkeys(named) if name not in drawn]
    kept = [name for name in drawn if name not in named]
    spare = len(kept) - len(absent)
    if spare < 0:
        raise ScenarioError(f"--{what} {len(drawn)} is less than the events of the plan name")
    replaced = set(kept[spare:])
    return [name for name in drawn if name not in replaced] + absent


def _neighbours(products: list[str]) -> tuple[Ints, Ints]:
    """[P] the next product of the same chapter, and one of another chapter."""
    chapter = np.array([int(code[:2]) for code in products])
    order = np.argsort(chapter, kind="stable")
    _, first, sizes = np.unique(chapter[order], return_index=True, return_counts=True)
    place = np.arange(len(order))
    start, size = np.repeat(first, sizes), np.repeat(sizes, sizes)
    near, far = np.empty_like(order), np.empty_like(order)
    near[order] = order[start + (place - start + 1) % size]
    far[order] = order[(place + sizes.max()) % len(order)]
    alone = near == np.arange(len(order))
    near[alone] = far[alone]
    return near, far
