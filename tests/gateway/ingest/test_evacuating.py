from datetime import timedelta
from uuid import UUID

import pytest

from gateway.attendance.evacuation import end_alarm, open_alarm, raise_alarm, tick
from gateway.ingest.evacuating import evacuation_of
from gateway.ingest.models import SetAside
from gateway.ingest.queries import site_settings
from gateway.ingest.remarks import keep_remarks
from gateway.ingest.tidings import Keeper
from gateway.timetable.models import Site, YearGroup
from kiosk.protocol.messages import Evacuation, SafePerson
from kiosk.protocol.options import GroupName
from kiosk.protocol.remarks import MarkedSafe, Remarks
from kiosk.protocol.topics import SiteTopics
from tests.gateway.factories import make_division, make_person, make_site, make_year_group
from tests.gateway.school import at, make_kiosk

pytestmark = pytest.mark.django_db


def ticked(site: Site, person: int, clock: str, *, safe: bool = True) -> None:
    tick(site_id=site.pk, person_id=person, is_safe=safe, by="office", now=at(clock))


def test_without_an_alarm_kiosks_hear_that_there_is_none() -> None:
    assert evacuation_of(make_site(), None) == Evacuation(site="main", alarm=None)


def test_kiosks_hear_the_word_that_counts_of_everybody_ticked() -> None:
    site, mia, ben = make_site(), make_person("Mia Keller"), make_person("Ben Ode")
    alarm = raise_alarm(site_id=site.pk, by="office", now=at("09:00"))
    ticked(site, mia, "09:01")
    ticked(site, ben, "09:01")
    ticked(site, ben, "09:02", safe=False)

    assert evacuation_of(site, open_alarm(site.pk)) == Evacuation(
        site="main",
        alarm=alarm,
        began_at=at("09:00"),
        safe=(SafePerson(person=mia, at=at("09:01")),),
        unticked=(SafePerson(person=ben, at=at("09:02")),),
    )


def test_raising_ticking_and_ending_is_said_retained_within_a_second_each() -> None:
    site, mia = make_site(), make_person("Mia Keller")
    said: list[tuple[bytes, bool]] = []
    topic = SiteTopics("main").evacuation
    keeper = Keeper(
        lambda where, what, retain: said.append((what, retain)) if where == topic else None
    )
    clock = at("09:00")

    def second() -> None:
        nonlocal clock
        clock += timedelta(seconds=1)
        keeper.tick(now=clock)

    second()
    alarm = raise_alarm(site_id=site.pk, by="office", now=clock)
    second()
    ticked(site, mia, "09:01")
    second()
    second()
    end_alarm(alarm_id=alarm, by="office", now=clock)
    second()

    told = [Evacuation.model_validate_json(what) for what, _ in said]
    assert [(each.alarm, len(each.safe)) for each in told] == [
        (None, 0), (alarm, 0), (alarm, 1), (None, 0),
    ]  # fmt: skip
    assert all(retain for _, retain in said)


def test_a_kiosks_tick_reaches_the_roll_call_and_one_of_nobody_is_set_aside() -> None:
    site, mia = make_site(), make_person("Mia Keller")
    make_kiosk(site, "gate")
    alarm = raise_alarm(site_id=site.pk, by="office", now=at("09:00"))
    remarks = tuple(
        MarkedSafe(id=UUID(int=n), alarm=alarm, person=n, is_safe=True, at=at("09:01"))
        for n in (mia, 999999)
    )

    kept = keep_remarks(said=Remarks(kiosk="gate", remarks=remarks), now=at("09:02"))

    assert kept == tuple(each.id for each in remarks)
    told = evacuation_of(site, open_alarm(site.pk))
    assert [each.person for each in told.safe] == [mia]
    assert "no person 999999" in SetAside.objects.get().reason


def test_kiosks_hear_what_year_groups_are_called_in_the_schools_order() -> None:
    site = make_site()
    division = make_division(site)
    later, first = make_year_group(division, "Year 8"), make_year_group(division, "Year 7")
    YearGroup.objects.filter(pk=later.pk).update(position=2)

    told = site_settings(site, now=at("08:00")).year_groups

    assert told == (
        GroupName(id=first.pk, name="Year 7"),
        GroupName(id=later.pk, name="Year 8"),
    )
