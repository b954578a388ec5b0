from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance import closing, excusing, marking
from gateway.attendance.errors import (
    NotInThisState,
    NotOnRoll,
    NotPermitted,
    ReasonMissing,
    RollLocked,
    UnknownExcuse,
    WrongExcuse,
)
from gateway.attendance.excuse_rules import Span
from gateway.attendance.excusing import Wish
from gateway.attendance.marking import Actor, Wanted
from gateway.attendance.models import Excuse, Mark, MarkRevision, Session
from gateway.attendance.notices import notices_of
from gateway.attendance.values import Base, ExcuseReason, Mark as MarkValue
from gateway.people.errors import UnknownPerson
from gateway.people.models import Guardianship, Person
from gateway.people.values import Role
from gateway.timetable.errors import UnknownOffering, UnknownPlace
from gateway.timetable.models import Offering, Site
from kiosk.protocol.messages import PersonKind
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_person, make_site
from tests.gateway.school import MONDAY, OFFICE, at

pytestmark = pytest.mark.django_db

ADMIN = Actor("head", frozenset({Role.ADMIN}))
TEACHER = Actor("tess", frozenset({Role.TEACHER}))
MOTHER = Actor("mother", frozenset({Role.GUARDIAN}))
DAY = timedelta(days=1)


@dataclass
class Scene:
    """Mia in two offerings, with a mother who has a login."""

    site: Site
    mia: Person
    algebra: Offering
    physics: Offering

    def meets(
        self, offering: Offering | None = None, *, day: date = MONDAY, starts: str = "16:00"
    ) -> Session:
        return make_session(offering or self.algebra, day=day, starts=starts, ends="18:00")

    def ends(self, *sessions: Session) -> None:
        for session in sessions:
            closing.close(session, now=at("18:00"))

    def wish(
        self,
        *,
        reason: ExcuseReason = ExcuseReason.MEDICAL,
        first: date = MONDAY,
        last: date = MONDAY,
        offering: Offering | None = None,
        note: str = "",
    ) -> Wish:
        span = excusing.days_at(self.site.pk, first, last)
        return Wish(self.mia.pk, reason, span, offering.pk if offering else None, note)

    def asked(self, **told: object) -> int:
        return excusing.ask(wish=self.wish(**told), by=MOTHER, now=at("07:00"))  # type: ignore[arg-type]  # as wish has it

    def stands(self, session: Session) -> tuple[str, str]:
        mark = Mark.objects.get(session=session, person=self.mia)
        return mark.base, mark.reason


def login_of(person: Person, name: str) -> None:
    person.user = get_user_model().objects.create_user(name)
    person.save()


deeds = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=7,
)
"""(whether one is given or withdrawn, first day, last day, which reason) of each deed."""


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def make_scene() -> Scene:
    site = make_site()
    mia = make_learner()
    mother = Person.objects.get(pk=make_person("Ana Keller", kind=PersonKind.GUARDIAN))
    login_of(mother, "mother")
    Guardianship.objects.create(guardian=mother, child=mia)
    offerings = [make_offering(site, name, profile="tuition") for name in ("Algebra", "Physics")]
    for offering in offerings:
        enrol_in(offering, mia)
    return Scene(site, mia, *offerings)


@pytest.mark.covers("POL-03")
def test_a_guardian_asks_and_nothing_changes_until_it_is_approved(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)

    excuse = scene.asked(note=" a fever ")

    kept = Excuse.objects.get(pk=excuse)
    assert (kept.state, kept.reason, kept.asked_by, kept.note) == (
        "requested", "medical", "mother", "a fever",
    )  # fmt: skip
    assert (kept.starts_at, kept.ends_at) == (
        at("00:00"), at("00:00") + DAY - timedelta(microseconds=1),
    )  # fmt: skip
    assert scene.stands(session) == ("absent", "")


@pytest.mark.covers("POL-03")
def test_approving_later_turns_the_absences_it_covers(scene: Scene) -> None:
    before, monday, after = (scene.meets(day=MONDAY + n * DAY) for n in (-1, 0, 1))
    scene.ends(before, monday, after)

    changed = excusing.approve(excuse_id=scene.asked(), by=OFFICE, now=at("09:00", MONDAY + DAY))

    assert changed == 1
    assert [scene.stands(each) for each in (before, monday, after)] == [
        ("absent", ""), ("medical_leave", "medical"), ("absent", ""),
    ]  # fmt: skip


@pytest.mark.covers("POL-03")
def test_an_excuse_asked_for_before_the_session_turns_the_absence_when_it_comes(
    scene: Scene,
) -> None:
    session = scene.meets()
    excuse = scene.asked(reason=ExcuseReason.FAMILY_EMERGENCY)
    assert excusing.approve(excuse_id=excuse, by=OFFICE, now=at("08:00")) == 0

    scene.ends(session)

    assert scene.stands(session) == ("excused", "family_emergency")
    assert Mark.objects.get(session=session).excuse_id == excuse


@pytest.mark.covers("POL-03")
def test_withdrawing_changes_the_marks_back(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)
    excuse = scene.asked()
    excusing.approve(excuse_id=excuse, by=OFFICE, now=at("19:00"), because="seen by phone")

    changed = excusing.withdraw(
        excuse_id=excuse, by=ADMIN, now=at("20:00"), because="they were at the fair"
    )

    kept = Excuse.objects.get(pk=excuse)
    assert changed == 1
    assert scene.stands(session) == ("absent", "")
    assert Mark.objects.get(session=session).excuse_id is None
    assert (kept.state, kept.decided_by, kept.decided_because) == (
        "withdrawn", "office", "seen by phone",
    )  # fmt: skip
    assert (kept.withdrawn_by, kept.withdrawn_because) == ("head", "they were at the fair")


def test_the_trail_says_which_excuse_turned_the_mark_and_who_did_it(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)
    excuse = scene.asked()

    excusing.approve(excuse_id=excuse, by=OFFICE, now=at("19:00"))
    excusing.withdraw(excuse_id=excuse, by=OFFICE, now=at("20:00"))

    words = MarkRevision.objects.filter(session=session).order_by("pk")
    assert [(w.author, w.author_name, w.base, w.before, w.why) for w in words][1:] == [
        ("excuse", "office", "medical_leave", "absent", f"excuse {excuse} approved by office"),
        ("excuse", "office", "absent", "medical_leave", f"excuse {excuse} withdrawn by office"),
    ]


@pytest.mark.covers("POL-03")
def test_of_two_excuses_the_first_approved_stands_until_it_is_withdrawn(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)
    later = scene.asked(reason=ExcuseReason.RELIGIOUS)
    first = scene.asked(reason=ExcuseReason.MEDICAL)
    excusing.approve(excuse_id=first, by=OFFICE, now=at("19:00"))

    assert excusing.approve(excuse_id=later, by=OFFICE, now=at("19:05")) == 0
    assert scene.stands(session) == ("medical_leave", "medical")
    assert excusing.withdraw(excuse_id=first, by=OFFICE, now=at("19:10")) == 1

    assert scene.stands(session) == ("excused", "religious")
    assert excusing.withdraw(excuse_id=later, by=OFFICE, now=at("19:15")) == 1
    assert scene.stands(session) == ("absent", "")


def test_an_excuse_of_one_offering_leaves_the_others(scene: Scene) -> None:
    algebra, physics = scene.meets(), scene.meets(scene.physics, starts="17:00")
    scene.ends(algebra, physics)

    excusing.grant(wish=scene.wish(offering=scene.physics), by=OFFICE, now=at("19:00"))

    assert scene.stands(algebra)[0] == "absent"
    assert scene.stands(physics)[0] == "medical_leave"


def test_an_excuse_for_instants_covers_what_starts_between_them_both_included(
    scene: Scene,
) -> None:
    sessions = [scene.meets(starts=clock) for clock in ("15:59", "16:00", "17:00", "17:01")]
    scene.ends(*sessions)
    wish = replace(scene.wish(), span=Span(at("16:00"), at("17:00")))

    granted = excusing.grant(wish=wish, by=OFFICE, now=at("19:00"))

    assert granted.changed == 2
    assert [scene.stands(each)[0] for each in sessions] == [
        "absent", "medical_leave", "medical_leave", "absent",
    ]  # fmt: skip


@pytest.mark.covers("POL-03")
def test_who_came_all_the_same_stays_present(scene: Scene) -> None:
    session = scene.meets()
    late = MarkValue(Base.PRESENT, late_minutes=12)
    marking.mark(
        session_id=session.pk, wanted=[Wanted(scene.mia.pk, late)], by=OFFICE, now=at("16:20")
    )

    assert excusing.grant(wish=scene.wish(), by=OFFICE, now=at("19:00")).changed == 0

    assert scene.stands(session) == ("present", "")


@pytest.mark.covers("POL-03")
def test_an_absence_marked_by_a_teacher_is_turned_and_comes_back_as_theirs(scene: Scene) -> None:
    session = scene.meets()
    absent = [Wanted(scene.mia.pk, MarkValue(Base.ABSENT))]
    marking.mark(session_id=session.pk, wanted=absent, by=TEACHER, now=at("16:20"))

    granted = excusing.grant(wish=scene.wish(), by=OFFICE, now=at("19:00"))
    assert scene.stands(session)[0] == "medical_leave"
    excusing.withdraw(excuse_id=granted.excuse_id, by=OFFICE, now=at("19:10"))

    mark = Mark.objects.get(session=session)
    assert (mark.base, mark.author, mark.why) == ("absent", "person", "marked by tess")


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (MOTHER, ExcuseReason.MEDICAL),
        (TEACHER, ExcuseReason.MEDICAL),
        (OFFICE, ExcuseReason.OTHER),
    ],
)
def test_who_may_not_decide_changes_nothing(scene: Scene, by: Actor, reason: ExcuseReason) -> None:
    session = scene.meets()
    scene.ends(session)
    excuse = scene.asked(reason=reason)

    with pytest.raises(NotPermitted):
        excusing.approve(excuse_id=excuse, by=by, now=at("19:00"))
    with pytest.raises(NotPermitted):
        excusing.refuse(excuse_id=excuse, by=by, because="no", now=at("19:00"))
    with pytest.raises(NotPermitted):
        excusing.grant(wish=scene.wish(reason=reason), by=by, now=at("19:00"))

    assert Excuse.objects.get().state == "requested"
    assert scene.stands(session)[0] == "absent"


@pytest.mark.covers("POL-03")
def test_another_reason_is_approved_by_an_administrator(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)

    excusing.approve(excuse_id=scene.asked(reason=ExcuseReason.OTHER), by=ADMIN, now=at("19:00"))

    assert scene.stands(session) == ("excused", "other")


@pytest.mark.covers("POL-03")
def test_who_asked_hears_what_became_of_it(scene: Scene) -> None:
    mother = Person.objects.get(user__username="mother")
    excuses = [scene.asked() for _ in range(3)]
    excusing.approve(excuse_id=excuses[0], by=OFFICE, now=at("08:00"))
    excusing.refuse(excuse_id=excuses[1], because="no note", by=OFFICE, now=at("08:01"))
    excusing.withdraw(excuse_id=excuses[2], by=MOTHER, now=at("08:02"))
    excusing.withdraw(excuse_id=excuses[0], by=OFFICE, now=at("08:03"))

    assert [(each.subject, each.text) for each in notices_of(mother.pk)] == [
        (f"excuse:{excuses[0]}", "The excuse for Mia Keller was withdrawn"),
        (f"excuse:{excuses[1]}", "The excuse for Mia Keller was refused: no note"),
    ]


@pytest.mark.covers("POL-03")
def test_a_refusal_needs_a_reason_and_is_final(scene: Scene) -> None:
    excuse = scene.asked()
    with pytest.raises(ReasonMissing, match="say why"):
        excusing.refuse(excuse_id=excuse, because=" ", by=OFFICE, now=at("09:00"))
    assert Excuse.objects.get().state == "requested"

    excusing.refuse(excuse_id=excuse, because="no note", by=OFFICE, now=at("09:00"))

    with pytest.raises(NotInThisState, match="was refused already"):
        excusing.approve(excuse_id=excuse, by=OFFICE, now=at("09:05"))
    kept = Excuse.objects.get()
    assert (kept.state, kept.decided_by, kept.decided_because) == ("refused", "office", "no note")


def test_an_excuse_is_approved_once(scene: Scene) -> None:
    excuse = scene.asked()
    excusing.approve(excuse_id=excuse, by=OFFICE, now=at("09:00"))

    with pytest.raises(NotInThisState, match="was approved already"):
        excusing.approve(excuse_id=excuse, by=ADMIN, now=at("09:05"))

    assert Excuse.objects.get().decided_by == "office"


def test_nobody_asks_for_a_strangers_child(scene: Scene) -> None:
    tom = make_learner("Tom Berg")

    with pytest.raises(NotPermitted, match="your own children"):
        excusing.ask(wish=replace(scene.wish(), person_id=tom.pk), by=MOTHER, now=at("07:00"))
    with pytest.raises(NotPermitted):
        excusing.ask(wish=scene.wish(), by=TEACHER, now=at("07:00"))

    assert not Excuse.objects.exists()


def test_students_ask_for_themselves(scene: Scene) -> None:
    login_of(scene.mia, "mia")
    mia = Actor("mia", frozenset({Role.STUDENT}))

    excuse = excusing.ask(wish=scene.wish(), by=mia, now=at("07:00"))
    excusing.withdraw(excuse_id=excuse, by=mia, now=at("07:01"))

    assert Excuse.objects.get().state == "withdrawn"


def test_a_guardian_withdraws_only_what_has_not_begun(scene: Scene) -> None:
    excuse = scene.asked()
    excusing.approve(excuse_id=excuse, by=OFFICE, now=at("07:00", MONDAY - DAY))

    with pytest.raises(NotPermitted, match="has begun"):
        excusing.withdraw(excuse_id=excuse, by=MOTHER, now=at("00:00"))
    assert Excuse.objects.get().state == "approved"
    excusing.withdraw(excuse_id=excuse, by=MOTHER, now=at("23:59", MONDAY - DAY))

    assert Excuse.objects.get().state == "withdrawn"


@pytest.mark.covers("POL-03", "OFF-04")
def test_a_teacher_excuses_at_once_from_one_session(scene: Scene) -> None:
    early, late = scene.meets(), scene.meets(starts="17:00")
    scene.ends(early, late)

    granted = excusing.excuse_at_session(
        session_id=late.pk,
        person_id=scene.mia.pk,
        reason=ExcuseReason.SCHOOL_EVENT,
        by=TEACHER,
        now=at("18:30"),
    )

    assert granted.changed == 1
    assert [scene.stands(each)[0] for each in (early, late)] == ["absent", "excused"]
    excusing.withdraw(excuse_id=granted.excuse_id, by=TEACHER, now=at("18:31"))
    assert scene.stands(late)[0] == "absent"


@pytest.mark.covers("POL-03", "POL-06")
def test_on_a_locked_roll_a_teacher_takes_no_excuse_back_and_the_office_does(scene: Scene) -> None:
    session = scene.meets()
    scene.ends(session)
    granted = excusing.excuse_at_session(
        session_id=session.pk, person_id=scene.mia.pk, reason=ExcuseReason.MEDICAL, by=TEACHER,
        now=at("18:30"),
    )  # fmt: skip

    with pytest.raises(RollLocked):
        excusing.withdraw(
            excuse_id=granted.excuse_id, by=TEACHER, now=at("18:31", MONDAY + 30 * DAY)
        )

    assert Excuse.objects.get().state == "approved"
    assert scene.stands(session)[0] == "medical_leave"
    excusing.withdraw(excuse_id=granted.excuse_id, by=OFFICE, now=at("18:31", MONDAY + 30 * DAY))
    assert scene.stands(session)[0] == "absent"


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize("reason", [ExcuseReason.OTHER, ExcuseReason.PRE_APPROVED])
def test_a_teacher_excuses_for_valid_reasons_only(scene: Scene, reason: ExcuseReason) -> None:
    session = scene.meets()

    with pytest.raises(NotPermitted, match="may not excuse for the reason"):
        excusing.excuse_at_session(
            session_id=session.pk, person_id=scene.mia.pk, reason=reason, by=TEACHER,
            now=at("16:30"),
        )  # fmt: skip

    assert not Excuse.objects.exists()


def test_nobody_is_excused_from_a_session_that_does_not_expect_them(scene: Scene) -> None:
    session = scene.meets()
    tom = make_learner("Tom Berg")

    with pytest.raises(NotOnRoll):
        excusing.excuse_at_session(
            session_id=session.pk, person_id=tom.pk, reason=ExcuseReason.MEDICAL, by=TEACHER,
            now=at("16:30"),
        )  # fmt: skip

    assert not Excuse.objects.exists()


@pytest.mark.covers("OFF-04", "POL-03")
def test_a_teacher_marks_excused_by_hand_for_valid_reasons_only(scene: Scene) -> None:
    session = scene.meets()
    wanted = Wanted(scene.mia.pk, MarkValue(Base.EXCUSED, reason="overslept"))
    with pytest.raises(NotPermitted, match="family_emergency, medical, religious, school_event"):
        marking.mark(session_id=session.pk, wanted=[wanted], by=TEACHER, now=at("16:20"))
    assert not Mark.objects.exists()

    valid = replace(wanted, mark=MarkValue(Base.EXCUSED, reason="religious"))
    marking.mark(session_id=session.pk, wanted=[valid], by=TEACHER, now=at("16:20"))

    assert scene.stands(session) == ("excused", "religious")


def test_an_absurd_wish_is_refused(scene: Scene) -> None:
    wish = scene.wish()
    wrong: list[tuple[type[Exception], Wish]] = [
        (UnknownPerson, replace(wish, person_id=0)),
        (UnknownOffering, replace(wish, offering_id=4711)),
        (WrongExcuse, replace(wish, note="x" * 301)),
        (WrongExcuse, replace(wish, span=Span(at("09:00"), at("08:00")))),
    ]

    for error, each in wrong:
        with pytest.raises(error):
            excusing.ask(wish=each, by=OFFICE, now=at("07:00"))
        with pytest.raises(error):
            excusing.grant(wish=each, by=OFFICE, now=at("07:00"))

    assert not Excuse.objects.exists()


def test_days_no_calendar_has_are_refused(scene: Scene) -> None:
    with pytest.raises(WrongExcuse, match="within two years"):
        excusing.days_at(scene.site.pk, date.max, date.max)
    with pytest.raises(UnknownPlace):
        excusing.days_at(0, MONDAY, MONDAY)


@pytest.mark.parametrize("deed", [excusing.approve, excusing.withdraw])
def test_an_excuse_nobody_knows_is_not_decided(deed: Callable[..., int]) -> None:
    with pytest.raises(UnknownExcuse, match="there is no excuse 4711"):
        deed(excuse_id=4711, by=ADMIN, now=at("07:00"))


def test_an_excuse_over_a_term_asks_the_store_as_often_as_one_over_a_day(scene: Scene) -> None:
    sessions = [scene.meets(day=MONDAY - n * DAY) for n in range(90)]
    scene.ends(*sessions)

    def queries(*, first: date) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            granted = excusing.grant(wish=scene.wish(first=first), by=OFFICE, now=at("19:00"))
        excusing.withdraw(excuse_id=granted.excuse_id, by=OFFICE, now=at("19:10"))
        return len(asked)

    assert queries(first=MONDAY - 89 * DAY) == queries(first=MONDAY)


@pytest.mark.covers("POL-03")
class TestOverlapping(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(deeds=deeds)
    def test_the_first_approved_excuse_that_is_left_stands(
        self, deeds: list[tuple[bool, int, int, bool]]
    ) -> None:
        scene = make_scene()
        days = [MONDAY + n * DAY for n in range(3)]
        sessions = [scene.meets(day=day) for day in days]
        scene.ends(*sessions)
        alive: list[tuple[int, int, int, ExcuseReason]] = []

        for number, (gives, one, other, is_religious) in enumerate(deeds):
            now = at("19:00") + number * DAY / 1440
            if gives or not alive:
                reason = ExcuseReason.RELIGIOUS if is_religious else ExcuseReason.MEDICAL
                first, last = sorted((one, other))
                wish = scene.wish(reason=reason, first=days[first], last=days[last])
                granted = excusing.grant(wish=wish, by=OFFICE, now=now)
                alive.append((granted.excuse_id, first, last, reason))
            else:
                excuse, *_ = alive.pop(one % len(alive))
                excusing.withdraw(excuse_id=excuse, by=OFFICE, now=now)

            for place, session in enumerate(sessions):
                over = [why for _, begins, ends, why in alive if begins <= place <= ends]
                assert scene.stands(session)[1] == (over[0].value if over else "")
