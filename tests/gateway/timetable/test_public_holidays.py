from datetime import date

import pytest

from gateway.timetable.errors import WrongSite
from gateway.timetable.public_holidays import national_year


def test_easter_monday_is_a_holiday_in_england_because_the_subdivision_is_told() -> None:
    england = national_year("GB", "ENG", 2026)

    assert england.public_holidays[date(2026, 4, 6)] == "Easter Monday"


def test_a_year_is_asked_for_whole() -> None:
    assert {day.year for day in national_year("GB", "ENG", 2026).public_holidays} == {2026}


def test_the_weekend_is_the_country_s_own() -> None:
    assert national_year("GB", "ENG", 2026).weekend == {6, 7}
    assert national_year("EG", "", 2026).weekend == {5, 6}


@pytest.mark.parametrize(("country", "subdivision"), [("XX", ""), ("GB", "YORK")])
def test_a_place_the_library_does_not_know_is_refused(country: str, subdivision: str) -> None:
    with pytest.raises(WrongSite, match="correct the site's country or subdivision"):
        national_year(country, subdivision, 2026)
