from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from drivers.card.numbers import Format
from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.backlog import Backlog
from kiosk.enrolling import LONGEST
from kiosk.protocol.messages import Enrolment, Method, Wanted
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused, NotEnrolled, Remark
from kiosk.remarks import RemarkBook
from kiosk.spelling import Spelling
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.made import Door, at, clock_at, fill
from tests.kiosk.neighbours import card_of

CARD = "04A224B1C95E80"
LIA = 0x04C824B1C95EF3
"""A person whose number makes a card that reads the same in no two ways."""

FIRST, SECOND = UUID(int=1), UUID(int=2)


class Gate(Door):
    """A door that can be asked for cards; person 1 is known, card 66 is blocked."""

    def __init__(self, folder: Path, clock: SimulatedClock | None = None) -> None:
        fill(folder, 1, 2, LIA, blocked=(66,))
        super().__init__(folder, clock or clock_at("08:00"))

    def is_asked_for(self, person: int | None, *, enrolment: UUID = FIRST, **more: object) -> None:
        told = {"method": Method.CARD, "name": "Mia K.", "until": at("08:02"), "number": ""} | more
        wanted = Wanted(id=enrolment, person=person, **told) if person else None
        database = site.open_site(self.folder)
        site.note(database, Enrolment(wanted=wanted))
        database.close()
        self.hear()

    def hear(self) -> None:
        self.desk.read_enrolment(self.clock.read())

    def hold(self, card: str, when: str = "", *, typed: str = "") -> Answer:
        if when:
            self.clock.set(at(when))
        return self.desk.answer(Sighting(Method.CARD, card, self.clock.read(), typed))

    def awaited(self) -> str:
        """Whose card, "-" when nobody's."""
        wanted = self.desk.enrolling.awaited(self.clock.read().uptime)
        return wanted.name if wanted else "-"

    def remarks(self) -> tuple[Remark, ...]:
        return RemarkBook(self.folder).oldest()

    def tracks(self) -> int:
        backlog = Backlog(self.folder)
        found = len(backlog.after(0, most=100))
        backlog.close()
        return found

    def close(self) -> None:
        self.desk.close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path)
    yield gate
    gate.close()


@pytest.mark.covers("BIO-01")
def test_the_next_unknown_card_is_taken_for_the_person_and_makes_no_track(gate: Gate) -> None:
    gate.is_asked_for(1)
    assert gate.awaited() == "Mia K."

    answer = gate.hold(CARD)

    assert answer == Answer(Outcome.ENROLLED, at("08:00"), name="Mia K.")
    [told] = gate.remarks()
    assert told == CardEnrolled(id=told.id, enrolment=FIRST, value=CARD)
    assert (gate.awaited(), gate.tracks()) == ("-", 0)


def test_one_that_staff_cancelled_is_over_here_and_told(gate: Gate) -> None:
    gate.is_asked_for(1)

    assert gate.desk.enrolling.cancel(gate.clock.read().uptime)

    gate.hear()
    [told] = gate.remarks()
    assert told == EnrolmentRefused(id=told.id, enrolment=FIRST, why=NotEnrolled.CANCELLED)
    assert gate.awaited() == "-"
    assert gate.hold(CARD).outcome is Outcome.UNKNOWN


def test_where_no_card_is_waited_for_there_is_nothing_to_cancel(gate: Gate) -> None:
    assert not gate.desk.enrolling.cancel(gate.clock.read().uptime)

    assert gate.remarks() == ()


def test_one_that_staff_cancelled_stays_so_over_a_restart(gate: Gate) -> None:
    gate.is_asked_for(1)
    gate.desk.enrolling.cancel(gate.clock.read().uptime)

    gate.restart()
    gate.hear()

    assert gate.awaited() == "-"


def test_the_card_after_it_is_an_ordinary_tap(gate: Gate) -> None:
    gate.is_asked_for(1)
    gate.hold(CARD)
    gate.hear()

    assert gate.hold(card_of(1)).outcome is Outcome.SIGNED_IN
    assert gate.tracks() == 1


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (card_of(2), NotEnrolled.HELD),
        (card_of(66), NotEnrolled.BLOCKED),
        ("08A41AB1", NotEnrolled.RANDOM),
    ],
)
def test_what_cannot_be_enrolled_is_refused_and_the_kiosk_waits_on(
    gate: Gate, card: str, why: NotEnrolled
) -> None:
    gate.is_asked_for(1)

    answer = gate.hold(card)

    assert answer == Answer(Outcome.NOT_ENROLLED, at("08:00"), because=why)
    [told] = gate.remarks()
    assert told == EnrolmentRefused(id=told.id, enrolment=FIRST, why=why)
    assert (gate.awaited(), gate.tracks()) == ("Mia K.", 0)
    assert gate.hold(CARD).outcome is Outcome.ENROLLED


def test_the_same_refusal_is_told_once(gate: Gate) -> None:
    gate.is_asked_for(1)

    outcomes = {gate.hold(card_of(2)).outcome for _ in range(5)}

    assert outcomes == {Outcome.NOT_ENROLLED}
    assert len(gate.remarks()) == 1


def test_it_ends_by_itself(gate: Gate) -> None:
    gate.is_asked_for(1)

    answer = gate.hold(CARD, "08:02")

    assert answer.outcome is Outcome.UNKNOWN
    assert (gate.awaited(), gate.remarks()) == ("-", ())


def test_it_ends_when_it_is_cancelled(gate: Gate) -> None:
    gate.is_asked_for(1)

    gate.is_asked_for(None)

    assert gate.awaited() == "-"
    assert gate.hold(CARD).outcome is Outcome.UNKNOWN


def test_one_that_was_over_when_it_was_heard_never_begins(gate: Gate) -> None:
    gate.is_asked_for(1, until=at("07:59"))

    assert gate.awaited() == "-"


def test_a_kiosk_that_does_not_know_the_time_waits_a_while_and_no_longer(tmp_path: Path) -> None:
    gate = Gate(tmp_path, SimulatedClock(at("00:10", "1970-01-02"), trusted=False))
    gate.is_asked_for(1)
    waited_for = gate.awaited()

    gate.clock.advance(LONGEST)

    assert (waited_for, gate.awaited()) == ("Mia K.", "-")
    gate.close()


def test_no_kiosk_waits_for_a_day_whatever_it_is_told(gate: Gate) -> None:
    gate.is_asked_for(1, until=at("20:00"))

    gate.clock.advance(LONGEST)

    assert gate.awaited() == "-"


def test_hearing_it_again_does_not_make_it_longer(gate: Gate) -> None:
    gate.is_asked_for(1)
    gate.clock.advance(timedelta(minutes=1))
    gate.hear()

    gate.clock.advance(timedelta(minutes=1))

    assert gate.awaited() == "-"


def test_a_restart_waits_on_and_takes_no_second_card(gate: Gate) -> None:
    gate.is_asked_for(1)
    gate.restart()
    gate.hear()
    waited_for = gate.awaited()
    gate.hold(CARD)

    gate.restart()
    gate.hear()

    assert (waited_for, gate.awaited()) == ("Mia K.", "-")
    assert len(gate.remarks()) == 1


def test_the_next_person_is_waited_for_after_the_first(gate: Gate) -> None:
    gate.is_asked_for(1)
    gate.hold(CARD)
    gate.is_asked_for(2, enrolment=SECOND, name="Ben O.")

    answer = gate.hold("04A224B1C95E81")

    assert answer.name == "Ben O."
    assert [told.enrolment for told in gate.remarks() if isinstance(told, CardEnrolled)] == [
        FIRST,
        SECOND,
    ]


def test_a_face_that_is_waited_for_lets_cards_be(gate: Gate) -> None:
    gate.is_asked_for(1, method=Method.FACE)

    assert gate.awaited() == "-"
    assert gate.hold(card_of(1)).outcome is Outcome.SIGNED_IN


def test_codes_are_answered_while_a_card_is_waited_for(gate: Gate) -> None:
    gate.is_asked_for(1)

    answer = gate.desk.answer(Sighting(Method.QR, "M-1-17", gate.clock.read()))

    assert answer.outcome is Outcome.UNKNOWN
    assert gate.awaited() == "Mia K."


def test_a_number_staff_know_teaches_how_the_reader_types(gate: Gate, tmp_path: Path) -> None:
    gate.is_asked_for(1, number="16A41AB1")

    gate.hold("B11AA416", typed="2971313174")

    [told] = gate.remarks()
    assert told == CardEnrolled(
        id=told.id, enrolment=FIRST, value="16A41AB1", typed="2971313174", form="decimal-reversed"
    )
    assert Spelling(tmp_path).read() == Format.parse("decimal-reversed")


def test_a_card_the_person_has_teaches_it_and_is_not_enrolled_twice(
    gate: Gate, tmp_path: Path
) -> None:
    known = card_of(LIA)
    gate.is_asked_for(LIA)

    gate.hold(known[-8:], typed=known[-8:])

    [told] = gate.remarks()
    assert isinstance(told, CardEnrolled)
    assert (told.value, told.form) == (known, "hex:last-4")
    assert Spelling(tmp_path).read() == Format.parse("hex:last-4")


def test_another_persons_card_in_other_words_is_refused_while_nothing_is_learnt(
    gate: Gate,
) -> None:
    of_ben = bytes.fromhex(card_of(2))[::-1].hex().upper()
    gate.is_asked_for(1)

    answer = gate.hold(of_ben, typed=of_ben)

    assert answer.because is NotEnrolled.HELD
    assert gate.tracks() == 0


def test_a_reader_of_parts_signs_in_who_holds_the_whole_card(gate: Gate, tmp_path: Path) -> None:
    Spelling(tmp_path).learn(Format.parse("hex:last-4"))
    part = card_of(1)[-8:]

    answer = gate.hold(part, typed=part)

    assert (answer.outcome, answer.name) == (Outcome.SIGNED_IN, "Person 1")
    backlog = Backlog(tmp_path)
    [track] = backlog.after(0, most=10)
    backlog.close()
    assert (track.credential, track.person) == (card_of(1), 1)


def test_a_part_of_a_blocked_card_is_refused_as_blocked(gate: Gate, tmp_path: Path) -> None:
    Spelling(tmp_path).learn(Format.parse("hex:last-4"))
    part = card_of(66)[-8:]

    assert gate.hold(part, typed=part).outcome is Outcome.BLOCKED


def test_a_part_nobody_has_is_unknown(gate: Gate, tmp_path: Path) -> None:
    Spelling(tmp_path).learn(Format.parse("hex:last-4"))

    assert gate.hold("AABBCCDD", typed="AABBCCDD").outcome is Outcome.UNKNOWN
