"""The screen as the page is told it: all texts said, all times written, nothing left to decide."""

from dataclasses import asdict, dataclass

from kiosk.protocol.pins import DIGITS
from kiosk.screen import results, words
from kiosk.screen.board import View
from kiosk.screen.codes import CodeShown, code_shown
from kiosk.screen.offers import INSTRUCTIONS, Offers
from kiosk.screen.panel import Moment
from kiosk.screen.results import Earlier, Result
from kiosk.screen.sayable import TouchWord, Word
from kiosk.screen.words import say

IDLE, RESULT = "idle", "result"


@dataclass(frozen=True, slots=True)
class TouchTexts:
    """The words of what can be touched; `pin` and `names` are empty where not offered."""

    pin: str
    names: str
    digits: int
    pin_heading: str
    names_heading: str
    erase: str
    close: str
    failed: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the page shows.

    `mode` is idle, result, or that of the `panel`. `line` is one of online, waiting, offline,
    stop. `code` is that of a session that meets now, and `touch` what can be touched at rest.
    """

    mode: str
    language: str
    direction: str
    title: str
    instruction: str
    code: CodeShown | None
    touch: TouchTexts | None
    result: Result | None
    panel: object | None
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


def draw(view: View, moment: Moment) -> Picture:
    """What the page shows of `view` at this moment."""
    language, panel = moment.language, view.panel
    is_covered = panel is not None and panel.urgent
    result = None if is_covered else results.large(view, moment)
    return Picture(
        mode=RESULT if result else panel.mode if panel else IDLE,
        language=language,
        direction=words.direction(language),
        title=say(Word.TITLE, language),
        instruction=say(INSTRUCTIONS[view.senses], language),
        code=_code(view, moment),
        touch=_touch(view.offers, language),
        result=result,
        panel=panel.draw(moment) if panel and not result else None,
        earlier=results.earlier(view, moment, skip=1 if result else 0),
        line=_line(view),
        line_text=_line_text(view, language),
        clock_note="" if view.clock_trusted else say(Word.TIME_APPROXIMATE, language),
        waiting_text=say(Word.NOT_CONNECTED, language),
        now_ms=int(moment.reading.utc.timestamp() * 1000),
        zone=moment.zone.key,
    )


def _code(view: View, moment: Moment) -> CodeShown | None:
    """None unless a session meets now, and the clock knows that it is now."""
    code = view.offers.code_at(moment.reading.utc) if view.clock_trusted else None
    if code is None:
        return None
    text = say(Word.SCAN_FOR, moment.language, title=code.title)
    return code_shown(code, text=text, now=moment.reading.utc)


def _touch(offers: Offers, language: str) -> TouchTexts | None:
    if not (offers.pin or offers.names):
        return None
    return TouchTexts(
        pin=say(TouchWord.PIN, language) if offers.pin else "",
        names=say(TouchWord.NAME, language) if offers.names else "",
        digits=DIGITS,
        pin_heading=say(TouchWord.ENTER_PIN, language, digits=DIGITS),
        names_heading=say(TouchWord.FIND_NAME, language),
        erase=say(TouchWord.ERASE, language),
        close=say(TouchWord.CLOSE, language),
        failed=say(TouchWord.FAILED, language),
    )


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
