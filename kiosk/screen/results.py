"""Answers as the page is told them: one large, the last ones small in the foot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.remarks import LateReason, NotEnrolled
from kiosk.screen import words
from kiosk.screen.board import FOOT, Shown, View
from kiosk.screen.panel import Moment
from kiosk.screen.sayable import Brief, Word
from kiosk.screen.words import say
from kiosk.visit import Answer, Outcome

MILLISECOND = timedelta(milliseconds=1)

ICONS = {
    Outcome.SIGNED_IN: Brief.IN,
    Outcome.SIGNED_OUT: Brief.OUT,
    Outcome.ALREADY_IN: Brief.ALREADY,
    Outcome.ALREADY_OUT: Brief.ALREADY,
    Outcome.UNKNOWN: Brief.ASK,
    Outcome.BLOCKED: Brief.STOP,
    Outcome.NOT_RECORDED: Brief.STOP,
    Outcome.ENROLLED: Brief.DONE,
    Outcome.NOT_ENROLLED: Brief.STOP,
    Outcome.UNREAD: Brief.ASK,
}
REFUSALS = frozenset({Outcome.UNKNOWN, Outcome.BLOCKED, Outcome.NOT_RECORDED})


@dataclass(frozen=True, slots=True)
class Choice:
    """A reason that can be given with one touch."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """One answer, large. `note` says calmly that only this kiosk has it yet.

    Who is late may be asked why: `question` and `reasons` are there until one is given.
    """

    number: int
    icon: str
    word: str
    who: str
    when: str
    late: str
    language: str
    direction: str
    leaves_in_ms: int
    note: str = ""
    question: str = ""
    reasons: tuple[Choice, ...] = ()
    thanks: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """One answer, in the foot."""

    icon: str
    who: str
    text: str


def large(view: View, moment: Moment) -> Result | None:
    """The newest answer while its time is not over; None from then on."""
    newest = view.answers[0] if view.answers else None
    if newest is None or moment.reading.uptime >= newest.personal_until:
        return None
    return _result(newest, view, moment)


def earlier(view: View, moment: Moment, *, skip: int) -> tuple[Earlier, ...]:
    """The answers of the foot, without the `skip` newest; what was not read is none."""
    small = [each for each in view.answers[skip:] if each.answer.outcome is not Outcome.UNREAD]
    return tuple(_earlier(each, view, moment) for each in small[:FOOT])


def _result(shown: Shown, view: View, moment: Moment) -> Result:
    answer = shown.answer
    spoken = words.known(answer.language or moment.language)
    return Result(
        number=shown.number,
        icon=ICONS[answer.outcome],
        word=_word(answer, spoken),
        who=_who(answer, spoken),
        when=_when(answer, moment, spoken),
        late=say(Word.LATE, spoken, minutes=answer.late_minutes) if answer.late_minutes else "",
        language=spoken,
        direction=words.direction(spoken),
        leaves_in_ms=(shown.personal_until - moment.reading.uptime) // MILLISECOND,
        note=_note(answer, view, spoken),
        question=say(Word.WHY_LATE, spoken) if _is_asked(shown) else "",
        reasons=_reasons(spoken) if _is_asked(shown) else (),
        thanks=_thanks(shown, spoken),
    )


def _note(answer: Answer, view: View, language: str) -> str:
    is_here_alone = answer.seq is not None and answer.seq > view.link.confirmed
    return say(Word.SAVED_HERE, language) if is_here_alone and not view.link.online else ""


def _is_asked(shown: Shown) -> bool:
    return shown.asked and shown.reason is None


def _reasons(language: str) -> tuple[Choice, ...]:
    return tuple(Choice(reason, say(reason, language)) for reason in LateReason)


def _thanks(shown: Shown, language: str) -> str:
    if shown.reason is None:
        return ""
    return f"{say(Word.THANKS, language)} · {say(shown.reason, language)}"


def _word(answer: Answer, language: str) -> str:
    said = answer.because if isinstance(answer.because, Refusal) else answer.outcome
    return say(said, language)


def _who(answer: Answer, language: str) -> str:
    if isinstance(answer.because, NotEnrolled):
        return say(answer.because, language)
    if answer.outcome is Outcome.UNREAD:
        return say(Word.ONE_CARD, language)
    return say(Word.SEE_OFFICE, language) if answer.outcome in REFUSALS else answer.name


def _when(answer: Answer, moment: Moment, language: str) -> str:
    time = _clock(answer.at, moment)
    match answer.outcome:
        case Outcome.NOT_RECORDED:
            return say(Word.CANNOT_SAVE, language)
        case Outcome.ALREADY_IN | Outcome.ALREADY_OUT if answer.since:
            return say(Word.SINCE, language, time=_clock(answer.since, moment))
        case Outcome.SIGNED_OUT:
            return f"{time} · {say(Word.GOODBYE, language)}"
    return time


def _earlier(shown: Shown, view: View, moment: Moment) -> Earlier:
    answer = shown.answer
    icon = ICONS[answer.outcome]
    text = f"{say(icon, moment.language)} {_clock(answer.at, moment)}"
    if answer.seq is not None and answer.seq > view.link.confirmed:
        text += f" · {say(Word.SAVED_HERE, moment.language)}"
    return Earlier(icon, answer.name, text)


def _clock(at: datetime, moment: Moment) -> str:
    return f"{at.astimezone(moment.zone):%H:%M}"
