from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from drivers.clock.clock import Reading
from kiosk.link.state import LinkState
from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.remarks import LateReason
from kiosk.screen.board import Board
from kiosk.screen.offers import Offers, Senses
from kiosk.screen.panel import Moment
from kiosk.screen.picture import Picture, draw
from kiosk.screen.results import Earlier, Result
from kiosk.visit import Answer, Outcome
from tests.kiosk.made import at, reading_at
from tests.kiosk.screen.test_offers import code

ONLINE = LinkState(online=True, confirmed=9, last=9)
MIA = Answer(Outcome.SIGNED_IN, at("08:12"), name="Mia K.", language="en", late_minutes=12, seq=9)
READING = reading_at("08:12")
BERLIN = ZoneInfo("Europe/Berlin")


def picture(
    *answers: Answer, link: LinkState = ONLINE, after: float = 0, language: str = "en"
) -> Picture:
    board = Board(shown_for=timedelta(seconds=3))
    board.report_link(link)
    for answer in answers:
        board.show(answer, now=READING.uptime)
    later: Reading = replace(READING, uptime=READING.uptime + timedelta(seconds=after))
    view = board.view(now=later.uptime)
    return draw(view, Moment(later, BERLIN, language))


def words_of(answer: Answer) -> tuple[str, str, str, str]:
    result = picture(answer).result
    assert result is not None
    return result.icon, result.word, result.who, result.when


def test_a_late_student_is_told_so_in_local_time() -> None:
    assert picture(MIA, after=1).result == Result(
        number=1,
        icon="in",
        word="Signed in",
        who="Mia K.",
        when="09:12",
        late="late, 12 min",
        language="en",
        direction="ltr",
        leaves_in_ms=2000,
    )


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SIGNED_OUT, ("out", "Signed out", "Mia K.", "09:12 · see you soon")),
        (Outcome.ALREADY_IN, ("already", "Already signed in", "Mia K.", "since 09:01")),
        (Outcome.ALREADY_OUT, ("already", "Already signed out", "Mia K.", "since 09:01")),
        (Outcome.UNKNOWN, ("ask", "Card not known", "Please see the office", "09:12")),
        (Outcome.UNREAD, ("ask", "Not read", "Hold up one card, and keep it still", "09:12")),
        (Outcome.BLOCKED, ("stop", "Card not in use", "Please see the office", "09:12")),
        (
            Outcome.NOT_RECORDED,
            (
                "stop",
                "Not recorded",
                "Please see the office",
                "This kiosk cannot save right now.",
            ),
        ),
    ],
)
def test_each_outcome_has_its_icon_and_its_words(
    outcome: Outcome, expected: tuple[str, str, str, str]
) -> None:
    assert words_of(replace(MIA, outcome=outcome, since=at("08:01"))) == expected


@pytest.mark.parametrize(
    ("because", "word"),
    [
        (Refusal.BADGE_EXPIRED, "This code has expired"),
        (Refusal.CLOCK_UNSURE, "Please use your card: the clock here is not set"),
    ],
)
@pytest.mark.covers("BEY-07")
def test_a_badge_that_is_refused_is_told_why(because: Refusal, word: str) -> None:
    refused = Answer(Outcome.UNKNOWN, at("08:12"), because=because)

    assert words_of(refused) == ("ask", word, "Please see the office", "09:12")


def test_a_person_is_answered_in_their_own_language() -> None:
    result = picture(replace(MIA, language="ar")).result

    assert result is not None
    assert (result.word, result.direction) == ("تم تسجيل الدخول", "rtl")


def test_the_rest_of_the_screen_speaks_the_sites_language() -> None:
    told = picture(MIA, language="de")

    assert (told.language, told.line_text) == ("de", "Verbunden")


def test_after_three_seconds_nothing_personal_is_left() -> None:
    told = picture(MIA, after=3)

    assert told.result is None
    assert told.earlier == (Earlier("in", "", "in 09:12"),)
    assert "Mia" not in str(told.as_json())


def test_what_was_not_read_is_no_result() -> None:
    unread = Answer(Outcome.UNREAD, at("08:12"))

    assert picture(MIA, unread, unread, unread, after=4).earlier == (Earlier("in", "", "in 09:12"),)


def test_the_last_three_results_stand_in_the_foot() -> None:
    told = picture(*(replace(MIA, name=name) for name in "ABCDE"))

    assert [each.who for each in told.earlier] == ["D", "C", "B"]


def test_what_the_gateway_has_not_confirmed_is_marked_as_saved_here() -> None:
    told = picture(MIA, after=3, link=LinkState(online=False, confirmed=8, last=9))

    assert told.earlier[0].text == "in 09:12 · saved here"
    assert (told.line, told.line_text) == ("waiting", "Saved here · 1 waiting to be sent")


@pytest.mark.parametrize(
    ("link", "line", "text"),
    [
        (ONLINE, "online", "Online"),
        (LinkState(online=True, confirmed=7, last=9), "online", "Online · 2"),
        (LinkState(online=False, confirmed=9, last=9), "offline", "Offline"),
    ],
)
def test_the_line_says_how_the_link_is(link: LinkState, line: str, text: str) -> None:
    told = picture(link=link)

    assert (told.line, told.line_text) == (line, text)


def test_a_kiosk_that_cannot_save_says_so_above_all() -> None:
    told = picture(Answer(Outcome.NOT_RECORDED, at("08:12")))

    assert (told.line, told.line_text) == ("stop", "Cannot save: please tell the office")


def test_a_clock_in_doubt_is_said_to_be() -> None:
    board = Board(shown_for=timedelta(seconds=3))
    board.report_health(can_record=True, clock_trusted=False)
    view = board.view(now=READING.uptime)

    told = draw(view, Moment(READING, BERLIN, "en"))

    assert told.clock_note == "Time approximate"


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    mode: str = "notice"
    urgent: bool = False
    text: str = "Hold the card for Mia K."

    def draw(self, moment: Moment) -> Text:
        return Text(f"{self.text} ({moment.language})")


def drawn(board: Board) -> Picture:
    view = board.view(now=READING.uptime)
    return draw(view, Moment(READING, BERLIN, "en"))


def test_a_panel_takes_the_place_of_the_clock_until_it_is_taken_down() -> None:
    board = Board(shown_for=timedelta(seconds=3))
    board.put_up(Notice())

    told = drawn(board)
    board.take_down("notice")

    assert (told.mode, told.panel) == ("notice", Text("Hold the card for Mia K. (en)"))
    assert drawn(board).mode == "idle"


def test_a_panel_gives_way_to_an_answer() -> None:
    board = Board(shown_for=timedelta(seconds=3))
    board.put_up(Notice())
    board.show(MIA, now=READING.uptime)

    told = drawn(board)

    assert (told.mode, told.panel) == ("result", None)


def test_an_urgent_panel_stands_above_answers_and_other_panels() -> None:
    board = Board(shown_for=timedelta(seconds=3))
    board.put_up(Notice(mode="evacuation", urgent=True))
    board.put_up(Notice())
    board.show(MIA, now=READING.uptime)

    told = drawn(board)

    assert (told.mode, told.result) == ("evacuation", None)
    assert [each.who for each in told.earlier] == ["Mia K."]


def offering(*answers: Answer, offers: Offers) -> Board:
    board = Board(shown_for=timedelta(seconds=3), asked_for=timedelta(seconds=8))
    board.offer(offers)
    for answer in answers:
        board.show(answer, now=READING.uptime)
    return board


def test_a_late_student_is_asked_why_in_their_own_language() -> None:
    late = replace(MIA, language="de", track=UUID(int=5))

    result = drawn(offering(late, offers=Offers(late_reasons=True))).result

    assert result is not None
    assert result.question == "Warum verspätet?"
    assert [each.value for each in result.reasons] == [reason.value for reason in LateReason]
    assert result.reasons[0].text == "Verkehr"


def test_a_reason_given_is_thanked_for_and_not_asked_again() -> None:
    board = offering(replace(MIA, track=UUID(int=5)), offers=Offers(late_reasons=True))
    board.thank(UUID(int=5), LateReason.TRANSPORT, now=READING.uptime)

    result = drawn(board).result

    assert result is not None
    assert (result.question, result.reasons) == ("", ())
    assert result.thanks == "Thank you · Bus or train"


def test_what_only_this_kiosk_has_is_said_calmly_on_the_answer() -> None:
    result = picture(MIA, link=LinkState(online=False, confirmed=8, last=9)).result

    assert result is not None
    assert result.note == "saved here"


def test_what_can_be_touched_is_told_with_its_words() -> None:
    touch = drawn(offering(offers=Offers(pin_key=b"key"))).touch

    assert touch is not None
    assert (touch.pin, touch.names, touch.digits) == ("Enter PIN", "", 6)
    assert drawn(offering(offers=Offers())).touch is None


def test_the_instruction_names_what_the_kiosk_can_read() -> None:
    view = offering(offers=Offers()).view(now=READING.uptime)

    told = draw(replace(view, senses=Senses(card=True, code=False)), Moment(READING, BERLIN, "en"))

    assert told.instruction == "Hold your card to the reader"


@pytest.mark.covers("BEY-07")
def test_a_session_code_is_shown_only_by_a_clock_that_knows_the_time() -> None:
    board = offering(offers=Offers(codes=(code(1, "08:00", "10:00"),)))
    before = drawn(board).code
    board.report_health(can_record=True, clock_trusted=False)

    assert before is not None
    assert before.text == "Scan for Session 1"
    assert drawn(board).code is None
