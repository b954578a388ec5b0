"""Whatever is said in whatever order: the mark is what its whole trail comes to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance import audit, closing, marking
from gateway.attendance.covering import covers_of
from gateway.attendance.errors import NothingToUndo
from gateway.attendance.marking import Wanted
from gateway.attendance.models import Excuse, MarkRevision, Session
from gateway.attendance.recording import Heard
from gateway.attendance.saying import settle_anew, standing_marks, trail_of
from gateway.attendance.services import record_tracks
from gateway.attendance.settling import Settled, settled
from gateway.attendance.values import (
    Author,
    Base,
    ExcuseReason,
    ExcuseState,
    Mark,
    Source,
)
from gateway.attendance.words import NOTHING, Speaker, Word
from gateway.people.models import Person
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, Door, at, card_of, make_kiosk

pytestmark = pytest.mark.django_db

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


class Stage:
    """One class of two students, and everything that can be said of them."""

    def __init__(self) -> None:
        site = make_site()
        algebra = make_offering(site, profile="coaching")
        self.people = [make_learner(name) for name in ("Mia Keller", "Tom Berg")]
        for person in self.people:
            enrol_in(algebra, person)
            set_credential(person_id=person.pk, method=Method.CARD, value=card_of(person))
        self.door: Door = make_kiosk(site)
        self.session: Session = make_session(algebra)
        self.now: datetime = at("16:00")

    def do(self, deed: str, who: int, base: Base) -> None:
        self.now += timedelta(seconds=90)
        getattr(self, deed)(self.people[who], base)

    def tap(self, person: Person, _: Base) -> None:
        track = self.door.sees(person, "16:00").model_copy(update={"made_at": self.now})
        heard = [Heard(self.door.id, self.session.site_id, self.door.install, track)]
        record_tracks(heard=heard, now=self.now)

    def say(self, person: Person, base: Base) -> None:
        wanted = [Wanted(person.pk, Mark(base))]
        marking.mark(session_id=self.session.pk, wanted=wanted, by=OFFICE, now=self.now)

    def say_all(self, _: Person, base: Base) -> None:
        marking.mark_all(session_id=self.session.pk, base=base, by=OFFICE, now=self.now)

    def note(self, person: Person, base: Base) -> None:
        marking.note(
            session_id=self.session.pk, person_id=person.pk, text=base, by=OFFICE, now=self.now
        )

    def undo(self, _: Person, __: Base) -> None:
        try:
            marking.undo(session_id=self.session.pk, by=OFFICE, now=self.now)
        except NothingToUndo:
            return

    def close(self, _: Person, __: Base) -> None:
        closing.close(self.session, now=self.now)

    def approve(self, person: Person, base: Base) -> None:
        reason = ExcuseReason.MEDICAL if base is Base.MEDICAL_LEAVE else ExcuseReason.OTHER
        Excuse.objects.create(
            person=person,
            starts_at=at("00:00"),
            ends_at=at("23:00"),
            reason=reason.value,
            state=ExcuseState.APPROVED.value,
            asked_at=self.now,
            asked_by="mother",
            decided_at=self.now,
        )
        self._settle(person)

    def withdraw(self, person: Person, _: Base) -> None:
        Excuse.objects.filter(person=person).update(state=ExcuseState.WITHDRAWN.value)
        self._settle(person)

    def _settle(self, person: Person) -> None:
        speaker = Speaker(Author.EXCUSE, Source.EXCUSE, self.now)
        places = {(self.session.pk, person.pk): self.session}
        settle_anew(places, None, speaker=speaker, why="decided")

    def stands(self) -> list[Settled]:
        """The current marks, as they are kept."""
        found = standing_marks([(self.session.pk, each.pk) for each in self.people])
        marks = [found.get((self.session.pk, each.pk), NOTHING) for each in self.people]
        return [Settled(m.mark, m.author, m.why, m.excuse_id, m.note) for m in marks]

    def worked_out(self) -> list[Settled]:
        """What the whole trails come to, told from their begin."""
        trail = trail_of([(self.session.pk, each.pk) for each in self.people])
        words = [Word(self.session, each.pk, Mark(Base.PENDING), "") for each in self.people]
        covers = covers_of(words)
        return [settled(trail.get(w.place, ()), covers.get(w.place)) for w in words]


DEEDS = ("tap", "say", "say_all", "note", "undo", "close", "approve", "withdraw")
stories = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(0, 1), st.sampled_from(Base)), max_size=9
)


@pytest.mark.covers("BIO-03", "POL-03", "TRN-14")
class TestAnyStory(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
    @given(story=stories)
    def test_every_step_leaves_what_the_whole_trail_comes_to(
        self, story: Sequence[tuple[str, int, Base]]
    ) -> None:
        stage = Stage()

        for deed in story:
            stage.do(*deed)
            assert stage.stands() == stage.worked_out(), deed

        assert list(audit.findings()) == []

    @settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
    @given(before=stories, base=st.sampled_from(Base), who=st.integers(0, 1))
    def test_undoing_at_once_restores_exactly(
        self, before: Sequence[tuple[str, int, Base]], base: Base, who: int
    ) -> None:
        stage = Stage()
        for deed in before:
            stage.do(*deed)
        stood = stage.stands()

        stage.do("say", who, base)
        stage.do("undo", who, base)

        assert stage.stands() == stood


def test_each_word_keeps_the_mark_that_stood_before_it() -> None:
    stage = Stage()
    for deed in ("tap", "say", "undo"):
        stage.do(deed, 0, Base.ABSENT)

    trail = MarkRevision.objects.order_by("pk").values_list("before", "base", "author", "source")

    assert list(trail) == [
        ("pending", "present", "rule", "taps"),
        ("present", "absent", "person", "hand"),
        ("absent", "present", "person", "undo"),
    ]
