"""Enrolling: the next card held up is taken for the person the gateway has asked for.

It makes no track. What was taken, or refused, is durable before it is answered, and is told
to the gateway until it has it.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database
from uuid_utils.compat import uuid7

from drivers.card.numbers import Format, candidates
from drivers.card.reader import LENGTHS, CardUid
from drivers.clock.clock import Reading
from kiosk import site
from kiosk.identify.roster import Finder
from kiosk.new_cards import Read, Taken, judge
from kiosk.protocol.messages import Enrolment, Method, Wanted
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused, NotEnrolled, Remark
from kiosk.remarks import RemarkBook
from kiosk.spelling import Spelling
from kiosk.visit import Answer, Instant, Outcome, Presented, Sighting

LONGEST = timedelta(minutes=5)
"""No kiosk waits longer, whatever its clock and the gateway's say."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Whom the kiosk waits for, and the uptime at which it stops."""

    wanted: Wanted
    until: timedelta


class Enrolling:
    """Belongs to the deciding loop's thread. Its methods raise sqlite3.Error or OSError."""

    def __init__(self, database: Database, folder: Path, *, spelling: Spelling) -> None:
        """`database` is one to which the site's file is attached as `site`."""
        self._database = database
        self._roster = Finder(database, schema="site")
        self._book = RemarkBook(folder)
        self._spelling = spelling
        self._waiting: _Waiting | None = None
        self._refused: NotEnrolled | None = None
        self._finished = {end for told in self._book.oldest() if (end := _ended(told))}

    def read(self, reading: Reading, instant: Instant) -> None:
        """Take over what the gateway asks for now; `instant` is what the reading stands for."""
        told = site.noted(self._database, Enrolment)
        wanted = told.wanted if told else None
        if wanted is None or wanted.method is not Method.CARD or wanted.id in self._finished:
            self._waiting = None
        elif self._waiting is None or self._waiting.wanted != wanted:
            left = wanted.until - instant.at if instant.exact else LONGEST
            self._waiting = _Waiting(wanted, reading.uptime + min(left, LONGEST))
            self._refused = None

    def awaited(self, now: timedelta) -> Wanted | None:
        """Whose card is waited for at this uptime; None when nobody's."""
        waiting = self._waiting
        return waiting.wanted if waiting and now < waiting.until else None

    def cancel(self, now: timedelta) -> bool:
        """Wait no longer, and tell so; False when nobody's card is waited for at this uptime."""
        wanted = self.awaited(now)
        if wanted is None:
            return False
        self._refuse(wanted.id, NotEnrolled.CANCELLED)
        self._finished.add(wanted.id)
        self._waiting = None
        return True

    def answer(self, sighting: Sighting, found: Presented, instant: Instant) -> Answer | None:
        """What who held up the card is told; None when no card is waited for."""
        wanted = self.awaited(sighting.reading.uptime)
        if wanted is None or sighting.method is not Method.CARD:
            return None
        read = Read(CardUid.parse(sighting.value), sighting.typed, self._form(sighting))
        found = self._found_otherwise(read) or found
        verdict = judge(read, found, number=_number(wanted), cards=self._cards_of(wanted.person))
        if isinstance(verdict, Taken):
            self._take(wanted.id, verdict, typed=read.typed)
            return Answer(Outcome.ENROLLED, instant.at, name=wanted.name)
        self._refuse(wanted.id, verdict)
        return Answer(Outcome.NOT_ENROLLED, instant.at, because=verdict)

    def _take(self, enrolment: UUID, taken: Taken, *, typed: str) -> None:
        form = str(taken.form) if taken.form else ""
        told = CardEnrolled(
            id=uuid7(), enrolment=enrolment, value=str(taken.card), typed=typed, form=form
        )
        self._book.add(told)
        if taken.form is not None and taken.form != self._spelling.read():
            self._spelling.learn(taken.form)
        self._finished.add(enrolment)
        self._waiting = None

    def _refuse(self, enrolment: UUID, why: NotEnrolled) -> None:
        """Tell why, once for as long as it is the same."""
        if why is not self._refused:
            self._book.add(EnrolmentRefused(id=uuid7(), enrolment=enrolment, why=why))
        self._refused = why

    def _found_otherwise(self, read: Read) -> Presented | None:
        """What the roster knows of any card that a reader not learnt yet may have meant."""
        if not read.typed or read.form is not None:
            return None
        cards = (str(each.card) for each in candidates(read.typed))
        found = (self._roster.find(Method.CARD, card) for card in cards)
        return next((each for each in found if each.holder or each.is_blocked), None)

    def _form(self, sighting: Sighting) -> Format | None:
        return self._spelling.read() if sighting.typed else None

    def _cards_of(self, person: int) -> tuple[CardUid, ...]:
        held = (bytes.fromhex(each) for each in self._roster.cards_of(person))
        return tuple(CardUid(each) for each in held if len(each) in LENGTHS)


def _ended(told: Remark) -> UUID | None:
    """The enrolment that the remark ended; None when it ended none."""
    if isinstance(told, EnrolmentRefused) and told.why is NotEnrolled.CANCELLED:
        return told.enrolment
    return told.enrolment if isinstance(told, CardEnrolled) else None


def _number(wanted: Wanted) -> CardUid | None:
    return CardUid.parse(wanted.number) if len(wanted.number) // 2 in LENGTHS else None
