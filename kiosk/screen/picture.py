"""The screen as the page is told it: all texts said, all times written, nothing left to decide."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from drivers.clock.clock import Reading
from kiosk.screen import words
from kiosk.screen.board import FOOT, Shown, View
from kiosk.screen.words import Brief, Word, say
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
}
REFUSALS = frozenset({Outcome.UNKNOWN, Outcome.BLOCKED, Outcome.NOT_RECORDED})


@dataclass(frozen=True, slots=True)
class Result:
    """One answer, large."""

    number: int
    icon: str
    word: str
    who: str
    when: str
    late: str
    language: str
    direction: str
    leaves_in_ms: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """One answer, in the foot."""

    icon: str
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the page shows. `line` is one of online, waiting, offline, stop."""

    language: str
    direction: str
    title: str
    instruction: str
    result: Result | None
    earlier: tuple[Earlier, ...]
    line: str
    line_text: str
    clock_note: str
    waiting_text: str
    now_ms: int
    zone: str

    def as_json(self) -> dict[str, object]:
        """The picture, ready for `json.dumps`."""
        return asdict(self)


def draw(view: View, *, reading: Reading, zone: ZoneInfo, language: str) -> Picture:
    """What the page shows of `view` at the moment of `reading`."""
    large = view.answers[0] if view.answers else None
    if large is not None and reading.uptime >= large.personal_until:
        large = None
    rest = view.answers[1:] if large else view.answers
    return Picture(
        language=language,
        direction=words.direction(language),
        title=say(Word.TITLE, language),
        instruction=say(Word.INSTRUCTION, language),
        result=_result(large, reading, zone, language) if large else None,
        earlier=tuple(_earlier(each, view, zone, language) for each in rest[:FOOT]),
        line=_line(view),
        line_text=_line_text(view, language),
        clock_note="" if view.clock_trusted else say(Word.TIME_APPROXIMATE, language),
        waiting_text=say(Word.NOT_CONNECTED, language),
        now_ms=int(reading.utc.timestamp() * 1000),
        zone=zone.key,
    )


def _result(shown: Shown, reading: Reading, zone: ZoneInfo, language: str) -> Result:
    answer = shown.answer
    spoken = words.known(answer.language or language)
    return Result(
        number=shown.number,
        icon=ICONS[answer.outcome],
        word=say(answer.because or answer.outcome, spoken),
        who=say(Word.SEE_OFFICE, spoken) if answer.outcome in REFUSALS else answer.name,
        when=_when(answer, zone, spoken),
        late=say(Word.LATE, spoken, minutes=answer.late_minutes) if answer.late_minutes else "",
        language=spoken,
        direction=words.direction(spoken),
        leaves_in_ms=(shown.personal_until - reading.uptime) // MILLISECOND,
    )


def _when(answer: Answer, zone: ZoneInfo, language: str) -> str:
    time = f"{answer.at.astimezone(zone):%H:%M}"
    match answer.outcome:
        case Outcome.NOT_RECORDED:
            return say(Word.CANNOT_SAVE, language)
        case Outcome.ALREADY_IN | Outcome.ALREADY_OUT if answer.since:
            return say(Word.SINCE, language, time=f"{answer.since.astimezone(zone):%H:%M}")
        case Outcome.SIGNED_OUT:
            return f"{time} · {say(Word.GOODBYE, language)}"
    return time


def _earlier(shown: Shown, view: View, zone: ZoneInfo, language: str) -> Earlier:
    answer = shown.answer
    time = f"{answer.at.astimezone(zone):%H:%M}"
    text = f"{say(ICONS[answer.outcome], language)} {time}"
    if answer.seq is not None and answer.seq > view.link.confirmed:
        text += f" · {say(Word.SAVED_HERE, language)}"
    return Earlier(ICONS[answer.outcome], answer.name, text)


def _line(view: View) -> str:
    if not view.can_record:
        return "stop"
    if view.link.online:
        return "online"
    return "waiting" if view.link.queue else "offline"


def _line_text(view: View, language: str) -> str:
    if not view.can_record:
        return say(Word.CANNOT_RECORD, language)
    if view.link.queue and not view.link.online:
        return say(Word.WAITING, language, count=view.link.queue)
    online = say(Word.ONLINE if view.link.online else Word.OFFLINE, language)
    return f"{online} · {view.link.queue}" if view.link.queue else online
