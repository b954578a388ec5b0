"""The page about policies says of every number what the code says."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.attendance.profiling import FOLDER, PolicyNumbers

PAGE = Path("docs/policies.md")
DEFAULTS = PolicyNumbers().model_dump(mode="json")


def row(name: str) -> str:
    """How the page tells a number: what it is, unless changed, and what it means."""
    means = PolicyNumbers.model_fields[name].description
    return f"| `{name}` | {told(DEFAULTS[name])} | {means} |"


def told(value: object) -> str:
    if value is None:
        return "off"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == []:
        return "none"
    if isinstance(value, list):
        return ", ".join(f"{step['lates']} = {step['absences']}" for step in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def differences() -> Iterator[tuple[str, str, object]]:
    for path in sorted(FOLDER.glob("*.toml")):
        for name, value in tomllib.loads(path.read_text(encoding="utf-8"))["policy"].items():
            yield path.stem, name, value


@pytest.mark.parametrize("name", PolicyNumbers.model_fields)
def test_every_number_of_a_policy_is_explained(name: str) -> None:
    assert row(name) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("profile", "name", "value"), list(differences()), ids=[f"{p}-{n}" for p, n, _ in differences()]
)
def test_what_a_profile_changes_is_told(profile: str, name: str, value: object) -> None:
    assert f"| {profile} | `{name}` | {told(value)} |" in PAGE.read_text(encoding="utf-8")
