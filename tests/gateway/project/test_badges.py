"""`muster-gateway badges` on a gateway of its own, told through its output and its files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from kiosk.protocol.badges import LENGTH, PREFIX
from tests.gateway.people.test_badge_sheets import pages
from tests.gateway.project.gateways import Gateway, gateway_in

pytestmark = pytest.mark.integration
SCHOOL = """
import django

django.setup()
from gateway.timetable.models import Site
from tests.gateway.factories import make_division, make_student, make_year_group

division = make_division(Site.objects.get())
for name, year, number in (("Mia Keller", 7, "S1"), ("Ben Young", 7, "S2"), ("Ada Stone", 8, "S3")):
    make_student(name, year_group=make_year_group(division, f"Year {year}"), external_id=number)
"""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateway_in(tmp_path_factory.mktemp("badges")) as made:
        assert made.command("site", "add", "main", "Main school").returncode == 0
        django = {"DJANGO_SETTINGS_MODULE": "gateway.project.settings"}
        environment = made._environment() | django | {"MUSTER_CONFIG": str(made.settings)}
        subprocess.run([sys.executable, "-c", SCHOOL], check=True, env=environment)
        yield made


def said(gateway: Gateway, *words: str) -> str:
    done = gateway.command("badges", *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def codes(sheet: Path) -> list[str]:
    return sorted(found.text for page in pages(sheet) for found in zxingcpp.read_barcodes(page))


@pytest.mark.covers("BEY-07", "QR-02")
def test_a_sheet_has_a_badge_for_everybody_and_the_same_again_tomorrow(
    gateway: Gateway, tmp_path: Path
) -> None:
    first, again = tmp_path / "first.pdf", tmp_path / "again.pdf"

    told = said(gateway, "sheet", str(first), "--site", "main")
    said(gateway, "sheet", str(again), "--site", "main")

    assert told == f"3 badges on 1 pages: {first}\n"
    assert len(codes(first)) == 3
    assert first.stat().st_mode & 0o777 == 0o600
    assert {(code[:3], len(code)) for code in codes(first)} == {(PREFIX, LENGTH)}
    assert codes(again) == codes(first)


def test_a_part_of_the_site_can_be_printed_with_photos(gateway: Gateway, tmp_path: Path) -> None:
    Image.new("RGB", (60, 80)).save(tmp_path / "S3.jpg")
    sheet = tmp_path / "year8.pdf"

    words = ("--site", "main", "--year-group", "Year 8", "--photos", str(tmp_path))
    told = said(gateway, "sheet", str(sheet), *words)

    assert told == f"1 badges on 1 pages: {sheet}\n"
    assert b"/Image" in sheet.read_bytes()


@pytest.mark.parametrize("name", ["mia.png", "mia.svg"])
def test_one_badge_is_written_as_a_picture(gateway: Gateway, tmp_path: Path, name: str) -> None:
    said(gateway, "one", "1", str(tmp_path / name), "--until", "2040-07-31")

    assert (tmp_path / name).stat().st_size > 500


def test_a_revoked_badge_is_listed_with_the_reason(gateway: Gateway) -> None:
    said(gateway, "link", "2")

    assert said(gateway, "revoke", "--person", "2", "--because", "phone lost").startswith("badges")

    assert "phone lost" in said(gateway, "list", "2")


def test_a_link_leads_to_the_page_of_the_phone(gateway: Gateway) -> None:
    address = urlsplit(said(gateway, "link", "2").strip())

    assert address.netloc == f"localhost:{gateway.web}"
    assert address.path.startswith("/badge/")
    assert len(address.path.split("/")[2]) == 43


def test_keys_are_rotated_listed_and_withdrawn(gateway: Gateway) -> None:
    assert said(gateway, "keys").count("believed") == 1

    said(gateway, "rotate")
    said(gateway, "withdraw-key", "2")

    lines = said(gateway, "keys").splitlines()
    assert ["believed" in line for line in lines] == [True, False]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("sheet", "x.pdf", "--site", "moon"), "there is no site moon"),
        (("sheet", "x.pdf", "--site", "main", "--year-group", "Year 99"), "no student of Year 99"),
        (("sheet", "x.pdf", "--site", "main", "--photos", "/nowhere"), "/nowhere"),
        (("sheet", "x.pdf", "--site", "main", "--person", "999"), "there is no person 999"),
        (("one", "1", "mia.gif"), "neither .png nor .svg"),
        (("one", "1", "x.png", "--until", "2020-01-01"), "expire"),
        (("link", "999"), "there is no person 999"),
        (("revoke", "--serial", "5", "--because", "x"), "there is no badge 5"),
        (("withdraw-key", "9"), "there is no key 9"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    gateway: Gateway, words: tuple[str, ...], why: str
) -> None:
    done = gateway.command("badges", *words)

    assert done.returncode == 2
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert not Path("x.pdf").exists()
