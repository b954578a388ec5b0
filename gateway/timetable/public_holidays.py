"""Public holidays and weekends by country and subdivision, from the `holidays` library."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import holidays

from gateway.timetable.errors import WrongSite


@dataclass(frozen=True, slots=True)
class NationalYear:
    """One year's public holidays of a country or part of it, and its weekend as ISO numbers."""

    public_holidays: Mapping[date, str]
    weekend: frozenset[int]


@lru_cache(maxsize=64)
def national_year(country: str, subdivision: str, year: int) -> NationalYear:
    """The year as the country's law has it. Raises WrongSite for one the library does not know."""
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as unknown:
        place = f"{country} {subdivision}".strip()
        raise WrongSite(
            f"public holidays of {place!r} are unknown: correct the site's country or subdivision"
        ) from unknown
    return NationalYear(
        public_holidays=MappingProxyType({day: found.get(day) or "" for day in found}),
        weekend=frozenset(weekday + 1 for weekday in found.weekend),
    )
