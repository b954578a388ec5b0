"""Every mode of the page in Chromium: each state, language and size, and how it is seen."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Browser, Page, expect

from kiosk.link.state import LinkState
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import LateReason
from kiosk.screen.offers import INSTRUCTIONS, NO_OFFERS, Offers
from kiosk.screen.words import CATALOGUE
from kiosk.visit import Answer, Outcome
from tests.kiosk.made import at
from tests.kiosk.screen.looking import misplaced, violations
from tests.kiosk.screen.stage import KEY, LONG, PIN, SIZES, Stage, staged
from tests.kiosk.screen.test_offers import code

pytestmark = pytest.mark.e2e

OFFLINE = LinkState(online=False, confirmed=0, last=99)
EVERYTHING = Offers(pin_key=KEY, names=True, late_reasons=True)
TITLE = "Mathematics, further, with Mechanics II"
SESSION = code(1, "08:00", "10:00").model_copy(update={"title": TITLE})
IN = Answer(Outcome.SIGNED_IN, at("08:12"), name=LONG, seq=9)
LATE = replace(IN, late_minutes=112)
STATES = {
    Outcome.SIGNED_IN: LATE,
    Outcome.SIGNED_OUT: replace(IN, outcome=Outcome.SIGNED_OUT),
    Outcome.ALREADY_IN: replace(IN, outcome=Outcome.ALREADY_IN, since=at("08:01")),
    Outcome.UNKNOWN: replace(IN, outcome=Outcome.UNKNOWN, name=""),
    Outcome.BLOCKED: replace(IN, outcome=Outcome.BLOCKED, name=""),
    Outcome.NOT_RECORDED: Answer(Outcome.NOT_RECORDED, at("08:12")),
    Outcome.UNREAD: Answer(Outcome.UNREAD, at("08:12")),
}
ONE_AN_ICON = (Outcome.SIGNED_IN, Outcome.SIGNED_OUT, Outcome.ALREADY_IN, Outcome.UNKNOWN)
PATIENCE_MS = 10_000
DEFICIENCIES = ("none", "protanopia", "deuteranopia", "tritanopia", "achromatopsia")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staged(tmp_path) as stage:
        yield stage


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def page(browser: Browser, stage: Stage, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(stage.url)
    expect(page.locator("#line-text")).to_have_text("Online")
    yield page
    page.close()


def speak(stage: Stage, page: Page, language: str) -> None:
    """The kiosk and the person speak this language from now on."""
    stage.language = language
    stage.board.report_link(replace(OFFLINE, last=OFFLINE.last + len(language)))
    stage.board.report_link(OFFLINE)
    expect(page.locator(f"html[lang={language}]")).to_be_attached()


@pytest.mark.parametrize("language", CATALOGUE)
def test_every_answer_fits_the_screen_in_every_language(
    stage: Stage, page: Page, language: str
) -> None:
    speak(stage, page, language)
    stage.board.report_health(can_record=True, clock_trusted=False)

    found = {}
    for outcome, answer in STATES.items():
        stage.show(page, replace(answer, language=language))
        found[outcome] = misplaced(page)

    assert {outcome: wrong for outcome, wrong in found.items() if wrong} == {}
    assert page.locator("#result").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")


@pytest.mark.parametrize("language", CATALOGUE)
def test_every_instruction_fits_the_screen_with_all_that_is_offered(
    stage: Stage, page: Page, language: str
) -> None:
    found = {}
    for codes in ((), (SESSION,)):
        stage.offer(replace(EVERYTHING, codes=codes))
        for senses in INSTRUCTIONS:
            stage.senses = senses
            speak(stage, page, language)
            found[senses, bool(codes)] = misplaced(page)

    assert {at: wrong for at, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", CATALOGUE)
def test_the_question_fits_the_screen(stage: Stage, page: Page, language: str) -> None:
    stage.offer(EVERYTHING)
    speak(stage, page, language)

    stage.show(page, replace(LATE, language=language, track=uuid4()))

    expect(page.locator("#reasons button")).to_have_count(5)
    assert misplaced(page) == []
    assert violations(page) == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_axe_finds_nothing_at_rest_or_in_an_answer(stage: Stage, page: Page, language: str) -> None:
    stage.offer(replace(EVERYTHING, codes=(SESSION,)))
    speak(stage, page, language)
    expect(page.locator("#session")).to_be_visible()
    found = violations(page)

    for answer in STATES.values():
        stage.show(page, replace(answer, language=language))
        found += violations(page)

    assert found == []


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_the_pin_pad_fits_and_lets_in(stage: Stage, page: Page, language: str) -> None:
    stage.offer(EVERYTHING)
    speak(stage, page, language)
    page.locator("#open-pin").click()
    for digit in "730158":
        page.get_by_role("button", name=digit, exact=True).click()
    expect(page.locator("#pin-note")).not_to_be_empty()
    found = misplaced(page) + violations(page)

    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).click()

    expect(page.locator("#result")).to_be_visible()
    expect(page.locator("#pin")).to_be_hidden()
    assert [each.method for each in stage.seen] == [Method.PIN]
    assert found == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_name_is_found_by_touch_and_lets_in(stage: Stage, page: Page, language: str) -> None:
    stage.offer(EVERYTHING)
    speak(stage, page, language)
    page.locator("#open-names").click()
    if language == "ar":
        page.get_by_role("button", name="abc").click()
    for letter in "mi":
        page.locator("#keys").get_by_role("button", name=letter, exact=True).click()
    expect(page.locator("#found button")).to_have_count(5)
    found = misplaced(page) + violations(page)

    page.locator("#found button", has_text="Mia K.").click()

    expect(page.locator("#result")).to_be_visible()
    assert [(each.method, each.value) for each in stage.seen] == [(Method.NAME, "1")]
    assert found == []


def test_a_full_list_is_never_shown(stage: Stage, page: Page) -> None:
    stage.offer(EVERYTHING)
    page.locator("#open-names").click()

    page.locator("#letters").fill("an")

    expect(page.locator("#names-note")).to_contain_text("one more letter")
    expect(page.locator("#found button")).to_have_count(0)


def test_what_is_not_offered_cannot_be_touched(stage: Stage, page: Page) -> None:
    stage.offer(Offers(names=True))
    expect(page.locator("#open-names")).to_be_visible()
    assert page.locator("#open-pin").is_hidden()

    stage.offer(NO_OFFERS)

    expect(page.locator("#touch")).to_be_hidden()


def test_a_pad_left_alone_closes_by_itself(stage: Stage, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 480})
    page.clock.install()
    page.goto(stage.url)
    stage.offer(EVERYTHING)
    page.locator("#open-pin").click()
    page.get_by_role("button", name="4", exact=True).click()
    page.clock.run_for(10_000)
    stage.board.report_link(OFFLINE)
    expect(page.locator("#line-text")).not_to_have_text("Online")
    expect(page.locator("#pin")).to_be_visible()

    page.clock.run_for(10_100)

    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#pin-dots")).to_have_text("")
    page.close()


@pytest.mark.covers("BEY-01")
def test_a_reason_is_given_with_one_touch_and_thanked_for(stage: Stage, page: Page) -> None:
    stage.offer(EVERYTHING)
    track = uuid4()
    stage.show(page, replace(LATE, track=track))

    page.get_by_role("button", name="Traffic").click()

    expect(page.locator("#thanks")).to_have_text("Thank you · Traffic")
    expect(page.locator("#reasons button")).to_have_count(0)
    (kept,) = stage.book.oldest()
    assert kept.kind == "late_reason"
    assert (kept.track, kept.reason) == (track, LateReason.TRAFFIC)


def sign_of(page: Page) -> Image.Image:
    """The answer's third of the screen, in grey."""
    shot = page.locator("#sign").screenshot()
    return Image.open(io.BytesIO(shot)).convert("L")


def share_that_differs(one: Image.Image, other: Image.Image) -> float:
    """How much of the two signs' shapes, white on dark, is not the same."""
    shapes = [each.point(lambda grey: 255 if grey > 160 else 0) for each in (one, other)]
    histogram = ImageChops.difference(*shapes).histogram()
    return histogram[255] / sum(histogram)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_answers_are_told_apart_with_every_kind_of_sight(
    stage: Stage, browser: Browser, deficiency: str
) -> None:
    page = browser.new_page(viewport={"width": 800, "height": 480})
    page.goto(stage.url)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})
    signs, words = list[Image.Image](), set[str]()
    for outcome in (*ONE_AN_ICON, Outcome.NOT_RECORDED):
        stage.show(page, STATES[outcome])
        signs.append(sign_of(page))
        words.add(page.locator("#word").inner_text())
    page.close()

    assert len(words) == len(signs)
    assert min(share_that_differs(*pair) for pair in combinations(signs, 2)) > 0.01
    for sign in signs:
        darkest, lightest = sign.getextrema()
        assert float(lightest) - float(darkest) > 140  # type: ignore[arg-type]  # one channel
