import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from threading import Thread
from zoneinfo import ZoneInfo

import pytest

from kiosk.screen.board import Board
from kiosk.screen.panel import Moment
from kiosk.screen.picture import Picture, draw
from kiosk.screen.server import SECURITY, Act, Page, PageServer
from kiosk.settings import Screen
from kiosk.visit import Answer, Outcome
from tests.kiosk.made import at, reading_at
from tests.kiosk.neighbours import free_port

pytestmark = pytest.mark.integration
READING = reading_at("08:12")
JSON = {"Content-Type": "application/json"}


class Site:
    """A page server with a board behind it, and what was held up to it."""

    def __init__(self, *, with_tray: bool) -> None:
        self.board = Board(shown_for=timedelta(seconds=3))
        self.held: list[tuple[str, str]] = []
        asks: dict[str, Act] = {"/tray": self._cards} if with_tray else {}
        acts: dict[str, Act] = {"/tap": self._hold_up} if with_tray else {}
        page = Page(draw=self._draw, wait=self._wait, asks=asks, acts=acts)
        self.server = PageServer(Screen(port=free_port()), page)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.thread = Thread(target=self.server.serve_forever)
        self.thread.start()

    def ask(
        self, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(self.url + path, data=body, headers=named)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode(), dict(refused.headers)

    def tap(self, body: bytes, **headers: str) -> int:
        return self.ask("/tap", body, **({"Content_Type": "application/json"} | headers))[0]

    def end(self) -> None:
        self.server.end()
        self.thread.join()

    def _draw(self) -> Picture:
        view = self.board.view(now=READING.uptime)
        moment = Moment(READING, ZoneInfo("Europe/London"), "en")
        return draw(view, moment)

    def _wait(self, seen: int) -> int:
        return self.board.wait(seen, timeout=timedelta(seconds=0.2))

    def _cards(self, asked: Mapping[str, str]) -> object:
        return [{"card": "04A224B1", "name": f"Found {asked['search']}"}]

    def _hold_up(self, said: Mapping[str, str]) -> object:
        for method, value in said.items():
            if method != "card":
                raise ValueError("a card or a qr can be held up")
            self.held.append((method, value))
        return {}


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site(with_tray=True)
    yield site
    site.end()


@pytest.fixture
def bare_site() -> Iterator[Site]:
    site = Site(with_tray=False)
    yield site
    site.end()


@pytest.mark.parametrize("path", ["/", "/kiosk.css", "/kiosk.js", "/result.js", "/foot.css"])
def test_the_page_is_served_with_nothing_from_elsewhere(site: Site, path: str) -> None:
    status, body, headers = site.ask(path)

    assert status == 200
    assert {name: headers[name] for name in SECURITY} == SECURITY
    assert "https://" not in body.replace("http://www.w3.org/", "")
    assert "http://" not in body.replace("http://www.w3.org/", "")


def test_the_stream_tells_the_whole_picture_and_every_change(site: Site) -> None:
    with urllib.request.urlopen(site.url + "/events", timeout=10) as stream:
        assert told(stream)["result"] is None

        site.board.show(Answer(Outcome.SIGNED_IN, at("08:12"), name="Mia K."), now=READING.uptime)

        assert told(stream)["result"]["who"] == "Mia K."


def told(stream: object) -> dict[str, dict[str, str]]:
    line = stream.readline().decode()  # type: ignore[attr-defined]  # an open HTTP answer
    stream.readline()  # type: ignore[attr-defined]  # the same
    found: dict[str, dict[str, str]] = json.loads(line.removeprefix("data: "))
    return found


def test_a_ninth_page_takes_the_place_of_the_first(site: Site) -> None:
    with ExitStack() as pages:
        opened = [
            pages.enter_context(urllib.request.urlopen(site.url + "/events", timeout=10))
            for _ in range(9)
        ]

        assert told(opened[-1])["result"] is None
        assert opened[0].read().endswith(b"\n\n")


def test_the_picture_can_be_asked_for_once(site: Site) -> None:
    _, body, _ = site.ask("/picture")

    assert json.loads(body)["instruction"] == "Hold your card or code to the reader"


def test_a_card_can_be_held_up(site: Site) -> None:
    assert site.tap(b'{"card": "04A224B1"}') == 202
    assert site.held == [("card", "04A224B1")]


def test_the_tray_is_searched(site: Site) -> None:
    _, body, _ = site.ask("/tray?search=mia%20k")

    assert json.loads(body) == [{"card": "04A224B1", "name": "Found mia k"}]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b'{"card": "04A224B1"}', {"Origin": "http://evil.example"}, 403),
        (b'{"card": "04A224B1"}', {"Origin": "null"}, 403),
        (b'{"card": "04A224B1"}', {"Host": "evil.example"}, 421),
        (b'{"card": "04A224B1"}', {"Content_Type": "text/plain"}, 415),
        (b'{"card": ', {}, 400),
        (b"[" * 4096, {}, 400),
        (b'["04A224B1"]', {}, 400),
        (b'{"card": 4}', {}, 400),
        (b'{"thumb": "x"}', {}, 400),
        (b'{"card": "' + b"0" * 5000 + b'"}', {}, 413),
    ],
)
@pytest.mark.fault
def test_what_is_not_this_pages_tap_is_refused_and_holds_up_nothing(
    site: Site, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert site.tap(body, **headers) == status
    assert site.held == []


def test_another_host_name_is_answered_nothing(site: Site) -> None:
    status, body, _ = site.ask("/events", Host="rebound.example:80")

    assert (status, body) == (421, "this host name is not served")


@pytest.mark.parametrize("path", ["/tray", "/secret", "/../kiosk.toml"])
def test_on_real_hardware_there_is_no_tray(bare_site: Site, path: str) -> None:
    assert bare_site.ask(path)[0] == 404


def test_on_real_hardware_nothing_can_be_tapped(bare_site: Site) -> None:
    assert bare_site.tap(b'{"card": "04A224B1"}') == 404
    assert bare_site.held == []


def test_a_page_that_goes_away_ends_its_stream(site: Site) -> None:
    with urllib.request.urlopen(site.url + "/events", timeout=10) as stream:
        stream.readline()

    assert site.ask("/")[0] == 200
