import re
import tomllib
from pathlib import Path

import pytest

from gateway.project.cli import parser
from gateway.project.config import GatewaySettings
from tests.gateway.project.test_main import commands

PAGES = sorted([*Path("docs").glob("*.md"), *Path().glob("*.md")])


def dependencies() -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return sorted({re.split(r"[\[<>=]", name)[0] for name in named})


@pytest.mark.parametrize("command", [name for name, _ in commands(parser())])
def test_every_command_is_explained_to_operators(command: str) -> None:
    assert f"`{command}" in Path("docs/operate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", dependencies())
def test_every_dependency_says_why_it_is_there(name: str) -> None:
    text = Path("CONTRIBUTING.md").read_text(encoding="utf-8")

    assert re.search(rf"^\|.*\b{re.escape(name)}\b.*\|", text, re.MULTILINE)


@pytest.mark.parametrize("name", GatewaySettings.model_fields)
def test_every_setting_stands_in_the_example(name: str) -> None:
    text = Path("config/gateway/gateway.example.toml").read_text(encoding="utf-8")

    assert re.search(rf"^(# )?\[?{name}\b", text, re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_a_page_names_exists(page: Path) -> None:
    code = _code(page.read_text(encoding="utf-8"))
    named = re.findall(r"^make ([a-z-]+)", code, re.MULTILINE)
    makefile = Path("Makefile").read_text(encoding="utf-8")

    assert [goal for goal in named if f"\n{goal}:" not in makefile] == []


def _code(text: str) -> str:
    """What a page shows as code."""
    indented = re.findall(r"^ {4}(.*)$", text, re.MULTILINE)
    return "\n".join([*indented, *re.findall(r"`([^`]+)`", text)])
