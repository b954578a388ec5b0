"""The folders people are told to look in."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = ("kiosk", "gateway", "drivers", "provisioning", "tests")
DATA = ("systemd", "config")


@pytest.mark.covers("DES-08")
def test_the_top_level_has_the_folders_of_the_design() -> None:
    assert [name for name in (*CODE, *DATA, "docs") if not (ROOT / name).is_dir()] == []
    assert (ROOT / "README.md").is_file()


@pytest.mark.covers("DES-08")
def test_code_is_in_packages_and_data_is_not() -> None:
    assert [name for name in CODE if not (ROOT / name / "__init__.py").is_file()] == []
    assert [path for name in DATA for path in (ROOT / name).rglob("*.py")] == []


@pytest.mark.covers("DES-06", "DES-08")
def test_systemd_is_the_library_even_beside_the_folder_of_units() -> None:
    library = importlib.import_module("systemd")

    assert library.__file__ is not None
    assert not Path(library.__file__).is_relative_to(ROOT / "systemd")
    assert callable(importlib.import_module("systemd.daemon").notify)


@pytest.mark.covers("DES-08")
def test_every_room_of_the_gateway_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in (ROOT / "gateway").glob("*/__init__.py")]

    assert [room for room in rooms if f"`gateway/{room}`" not in readme] == []
