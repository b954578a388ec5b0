"""Every word of a page is there in every language, and what runs is what was written."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.test import Client

from tests.gateway.portal.school import School, log_in

PORTAL = Path(__file__).parents[3] / "gateway" / "portal"
LOCALE = PORTAL.parent / "locale"
LANGUAGES = ("ar", "de")
TAG = re.compile(r"""\{%\s*translate\s+(?P<quote>["'])(?P<text>.*?)(?P=quote)\s*%\}""")
CALLS = {"_", "gettext_lazy", "ngettext", "pgettext_lazy"}


def written(language: str) -> dict[str, list[str]]:
    """The catalogue as translators wrote it: each message with its forms."""
    text = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")
    entries: dict[str, list[str]] = {}
    for block in text.split("\n\n")[1:]:
        message = re.search(r'^msgid "(.*)"$', block, re.MULTILINE)
        assert message is not None, block
        forms = re.findall(r'^msgstr(?:\[\d\])? "(.*)"$', block, re.MULTILINE)
        entries[_plain(message[1])] = [_plain(form) for form in forms]
    return entries


def said_in_code() -> set[str]:
    """Every literal that Python code or a template asks to be translated."""
    words: set[str] = set()
    for path in PORTAL.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in CALLS:
                constants = [a.value for a in node.args if isinstance(a, ast.Constant)]
                words |= {c for c in constants[-1:] if isinstance(c, str)}
    for path in PORTAL.rglob("*.html"):
        words |= {found["text"] for found in TAG.finditer(path.read_text(encoding="utf-8"))}
    return words


def _plain(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n")


def _fields(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_has_all_its_forms(language: str) -> None:
    forms = 6 if language == "ar" else 2

    lacking = [
        message
        for message, told in written(language).items()
        if not all(told) or len(told) not in (1, forms)
    ]

    assert lacking == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_names_only_what_its_message_names(language: str) -> None:
    wrong = [
        message
        for message, told in written(language).items()
        if any(not _fields(form) <= _fields(message) | {"n"} for form in told)
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_pages_is_in_the_catalogue(language: str) -> None:
    known = (LOCALE / language / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")

    missing = [word for word in said_in_code() if f'"{word}"' not in known]

    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_current(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as compiled:
        told = gettext.GNUTranslations(compiled)
    catalogue = {
        (key[0] if isinstance(key, tuple) else key).rsplit("\x04")[-1]
        for key in told._catalog  # type: ignore[attr-defined]  # the library offers no list
        if key
    }

    assert catalogue == set(written(language))
    for message, forms in written(language).items():
        if len(forms) == 1 and message not in ("in", "out"):
            assert told.gettext(message) == forms[0]


@pytest.mark.django_db
def test_a_page_speaks_the_language_of_the_browser() -> None:
    school = School()
    browser: Client = log_in()

    page = browser.get(school.page(), headers={"accept-language": "ar"}).text

    assert '<html lang="ar" dir="rtl">' in page
    assert "يحتاج إلى أحد" in page


@pytest.mark.django_db
def test_a_language_can_be_chosen_and_stays() -> None:
    school = School()
    browser = log_in()

    browser.post("/language", {"language": "de", "next": school.page()})

    assert "Braucht jemanden" in browser.get(school.page()).text
