"""The page on a stage: a board that tests write on, served to a real Chromium."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.identify import roster
from kiosk.link.state import LinkState
from kiosk.protocol.messages import Credential, Method, RosterPart
from kiosk.protocol.pins import pin_value
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board
from kiosk.screen.offers import CARD_AND_CODE, NO_OFFERS, Offers, Senses
from kiosk.screen.panel import Moment
from kiosk.screen.picture import Picture, draw
from kiosk.screen.reasons import Reasons
from kiosk.screen.server import Page as Served, PageServer
from kiosk.screen.touch import Touch
from kiosk.settings import Screen
from kiosk.visit import Answer, Outcome, Sighting
from tests.kiosk.made import at, clock_at
from tests.kiosk.neighbours import free_port, person

KEY, PIN = b"k" * 32, "481920"
LONG = "Bartholomäus-Maximilian von Hohenstein-Wittgenstein Z."
PEOPLE = (
    person(1, "Mia K.", credentials=(Credential(method=Method.PIN, value=pin_value(PIN, KEY)),)),
    person(2, LONG),
    *(person(number, f"Miriam-Alexandra Schwarzenberger {number}.") for number in range(10, 14)),
    *(person(number, f"Anna {number}.") for number in range(20, 30)),
)
ONLINE = LinkState(online=True, confirmed=99, last=99)
SIZES = ((800, 480), (1280, 800))


class Stage:
    """Who is let in by touch is answered at once, as late as `answer` says."""

    def __init__(self, folder: Path) -> None:
        self.language = "en"
        self.senses: Senses = CARD_AND_CODE
        self.answer = Answer(Outcome.SIGNED_IN, at("08:12"), name="Mia K.", seq=1)
        self.seen: list[Sighting] = []
        self.clock: SimulatedClock = clock_at("08:12")
        self.board = Board(shown_for=timedelta(hours=1), asked_for=timedelta(hours=1))
        self.board.report_link(ONLINE)
        self.offers = NO_OFFERS
        self.book = RemarkBook(folder)
        self.server = PageServer(Screen(port=free_port()), self._page(folder))
        self.url = f"http://127.0.0.1:{self.server.port}/"
        self._shown = 0

    def offer(self, offers: Offers) -> None:
        self.offers = offers
        self.board.offer(offers)

    def show(self, page: Page, answer: Answer) -> None:
        """Show the answer, and wait until the page does."""
        self.board.show(answer, now=self.clock.read().uptime)
        self._shown += 1
        expect(page.locator(f"#result[data-number='{self._shown}']")).to_be_visible()

    def rest(self, page: Page) -> None:
        """Let the answer's time pass, and wait until the page is at rest."""
        self.clock.advance(timedelta(hours=1))
        self.board.forget(now=self.clock.read().uptime)
        expect(page.locator("#result")).to_be_hidden()

    def _page(self, folder: Path) -> Served:
        touch = Touch(folder, self.clock, offers=lambda: self.offers, put=self._see, language="en")
        reasons = Reasons(self.book, self.board, self.clock, bring=lambda: None)
        return Served(
            draw=self._draw,
            wait=lambda seen: self.board.wait(seen, timeout=timedelta(seconds=1)),
            asks={"/names": touch.find_names},
            acts={"/pin": touch.enter_pin, "/name": touch.choose_name, "/reason": reasons.give},
        )

    def _see(self, sighting: Sighting) -> None:
        self.seen.append(sighting)
        self._shown += 1
        self.board.show(self.answer, now=self.clock.read().uptime)

    def _draw(self) -> Picture:
        reading = self.clock.read()
        moment = Moment(reading, ZoneInfo("Europe/London"), self.language)
        view = replace(self.board.view(now=reading.uptime), senses=self.senses)
        return draw(view, moment)


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    database = site.open_site(folder)
    roster.apply(database, RosterPart(base=0, version=1, people=PEOPLE))
    database.close()
    stage = Stage(folder)
    serving = Thread(target=stage.server.serve_forever)
    serving.start()
    try:
        yield stage
    finally:
        stage.server.end()
        serving.join()
