import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image
from pytest_django.fixtures import DjangoAssertNumQueries, Settings

from gateway.attendance import certificates, excuses, excusing
from gateway.attendance.errors import (
    CertificateDamaged,
    NotInThisState,
    NotPermitted,
    UnknownCertificate,
    UnknownExcuse,
    WrongCertificate,
)
from gateway.attendance.excusing import Wish
from gateway.attendance.marking import Actor
from gateway.attendance.models import Certificate
from gateway.attendance.values import ExcuseReason
from gateway.people.values import Role
from gateway.timetable.models import Site
from tests.gateway.classes import make_learner
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nseen by Dr Who\n%%EOF\n"
TEACHER = Actor("tess", frozenset({Role.TEACHER}))


def picture(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    drawn = Image.radial_gradient("L").resize(size)
    file = io.BytesIO()
    drawn.save(file, kind)
    return file.getvalue()


def claimed_png(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims to be so large."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in parts
    )


@dataclass
class Scene:
    """A medical excuse without a certificate."""

    site: Site
    excuse: int
    folder: Path

    def asks(self, reason: ExcuseReason = ExcuseReason.MEDICAL) -> int:
        span = excusing.days_at(self.site.pk, MONDAY, MONDAY)
        wish = Wish(make_learner("Tom Berg").pk, reason, span)
        return excusing.ask(wish=wish, by=OFFICE, now=at("08:00"))

    def gives(self, octets: bytes = PDF, name: str = "note.pdf", by: Actor = OFFICE) -> UUID:
        return certificates.add_certificate(
            excuse_id=self.excuse, name=name, octets=octets, by=by, now=at("09:00")
        )

    def files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file()]


@pytest.fixture
def scene(settings: Settings, tmp_path: Path) -> Scene:
    settings.CERTIFICATES = tmp_path / "certificates"
    site = make_site()
    span = excusing.days_at(site.pk, MONDAY, MONDAY)
    wish = Wish(make_learner().pk, ExcuseReason.MEDICAL, span)
    excuse = excusing.ask(wish=wish, by=OFFICE, now=at("08:00"))
    return Scene(site, excuse, settings.CERTIFICATES)


@pytest.mark.covers("POL-03", "MRK-01")
@pytest.mark.parametrize(
    ("octets", "content_type"),
    [
        (PDF, "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
    ],
    ids=["pdf", "png", "jpeg"],
)
def test_a_certificate_is_read_back_as_it_was_given(
    scene: Scene, octets: bytes, content_type: str
) -> None:
    kept = scene.gives(octets, name="photo.exe")

    opened = certificates.open_certificate(certificate_id=kept, by=OFFICE)

    assert opened == certificates.Opened("photo.exe", content_type, octets)
    [line] = excuses.excuse(scene.excuse).certificates  # type: ignore[union-attr]  # it is there
    assert (line.id, line.size, line.added_by) == (kept, len(octets), "office")


def test_at_rest_a_certificate_tells_nobody_anything(scene: Scene) -> None:
    kept = scene.gives()

    [file] = scene.files()

    assert file.name == str(kept)
    assert b"Dr Who" not in file.read_bytes()
    assert file.parent.stat().st_mode & 0o077 == 0


@pytest.mark.covers("POL-03")
@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "is empty"),
        (b"MZ\x90\x00 a program", "a PDF, a PNG or a JPEG"),
        (b"<html>%PDF-1.7 %%EOF", "a PDF, a PNG or a JPEG"),
        (b"GIF89a" + bytes(20), "a PDF, a PNG or a JPEG"),
        (b"%PDF-1.7\nhalf of it", "not whole"),
        (PDF + bytes(certificates.MOST_OCTETS), "at most 10 MB"),
        (picture("PNG")[:-30], "cannot be read"),
        (picture("PNG").replace(b"IDAT", b"IDAT\x00", 1), "cannot be read"),
        (picture("JPEG")[:-200], "cannot be read"),
        (b"\xff\xd8\xff and then nothing", "cannot be read"),
        (claimed_png(8_000, 6_251), "at most 50,000,000 pixels"),
        (claimed_png(10_000, 10_000), "at most 50,000,000 pixels"),
        (claimed_png(60_000, 60_000), "at most 50,000,000 pixels"),
    ],
    ids=[
        "empty", "program", "page", "gif", "half a pdf", "too large", "half a png", "changed png",
        "half a jpeg", "no jpeg", "a little too wide", "too wide", "bomb",
    ],
)  # fmt: skip
def test_what_is_no_certificate_leaves_nothing_behind(
    scene: Scene, octets: bytes, says: str
) -> None:
    with pytest.raises(WrongCertificate, match=says):
        scene.gives(octets)

    assert scene.files() == []
    assert not Certificate.objects.exists()


def test_a_large_picture_within_the_limit_is_kept(scene: Scene) -> None:
    large = picture("JPEG", (4000, 3000))

    scene.gives(large)

    assert Certificate.objects.get().size == len(large)


@pytest.mark.parametrize("change", [b"", b"x"])
def test_a_file_that_was_changed_is_not_shown(scene: Scene, change: bytes) -> None:
    kept = scene.gives()
    [file] = scene.files()
    file.write_bytes(change + file.read_bytes()[1:])

    with pytest.raises(CertificateDamaged, match="was changed"):
        certificates.open_certificate(certificate_id=kept, by=OFFICE)


def test_a_file_that_is_not_the_one_given_is_not_shown(scene: Scene) -> None:
    kept = scene.gives()
    Certificate.objects.update(digest="0" * 64)

    with pytest.raises(CertificateDamaged, match="not the one that was given"):
        certificates.open_certificate(certificate_id=kept, by=OFFICE)


def test_a_file_that_is_gone_is_not_found(scene: Scene) -> None:
    kept = scene.gives()
    scene.files()[0].unlink()

    with pytest.raises(UnknownCertificate, match="not on this machine"):
        certificates.open_certificate(certificate_id=kept, by=OFFICE)
    with pytest.raises(UnknownCertificate, match="there is no certificate"):
        certificates.open_certificate(certificate_id=uuid4(), by=OFFICE)


def test_a_store_that_refuses_leaves_no_file(scene: Scene, settings: Settings) -> None:
    with pytest.raises(UnknownExcuse):
        certificates.add_certificate(
            excuse_id=4711, name="note.pdf", octets=PDF, by=OFFICE, now=at("09:00")
        )
    settings.CERTIFICATES = scene.folder.parent / "a file"
    settings.CERTIFICATES.write_bytes(b"")
    with pytest.raises(OSError, match="Not a directory"):
        scene.gives()

    assert scene.files() == []
    assert not Certificate.objects.exists()


def test_teachers_neither_see_nor_give_certificates(scene: Scene) -> None:
    kept = scene.gives()

    with pytest.raises(NotPermitted, match="the family and the office"):
        certificates.open_certificate(certificate_id=kept, by=TEACHER)
    with pytest.raises(NotPermitted):
        scene.gives(by=TEACHER)

    assert len(scene.files()) == 1


def test_a_refused_excuse_takes_no_certificate(scene: Scene) -> None:
    excusing.refuse(excuse_id=scene.excuse, because="no", by=OFFICE, now=at("08:30"))

    with pytest.raises(NotInThisState, match="was refused"):
        scene.gives()

    assert scene.files() == []


def test_an_excuse_takes_five_certificates(scene: Scene) -> None:
    for _ in range(certificates.MOST_FILES):
        scene.gives()

    with pytest.raises(NotInThisState, match="at most 5"):
        scene.gives()

    assert len(scene.files()) == Certificate.objects.count() == 5


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\notes\\fever.pdf", "fever.pdf"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("", "certificate"),
        ("x" * 200 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_files_name_is_only_shown(scene: Scene, name: str, shown: str) -> None:
    scene.gives(name=name)

    assert Certificate.objects.get().name == shown


@pytest.mark.covers("POL-03")
def test_a_medical_excuse_is_due_a_certificate_until_it_has_one(scene: Scene) -> None:
    scene.asks(ExcuseReason.RELIGIOUS)
    other = scene.asks()
    assert [line.id for line in excuses.certificates_due()] == [scene.excuse, other]
    assert excuses.excuse(scene.excuse).certificate_due  # type: ignore[union-attr]  # it is there

    scene.gives()

    assert [line.id for line in excuses.certificates_due()] == [other]
    whose = excuses.excuse(other).person_id  # type: ignore[union-attr]  # it is there
    assert [line.id for line in excuses.certificates_due(person_id=whose)] == [other]
    excusing.withdraw(excuse_id=other, by=OFFICE, now=at("10:00"))
    assert excuses.certificates_due() == ()


def test_excuses_wait_in_the_order_they_were_asked_for(scene: Scene) -> None:
    later = scene.asks(ExcuseReason.OTHER)
    decided = scene.asks()
    excusing.approve(excuse_id=decided, by=OFFICE, now=at("10:00"))

    assert [(line.id, line.name) for line in excuses.excuses_waiting()] == [
        (scene.excuse, "Mia Keller"),
        (later, "Tom Berg"),
    ]
    assert excuses.excuse(4711) is None


@pytest.mark.parametrize("more", [0, 2])
def test_lists_of_excuses_ask_the_store_the_same_however_long(
    scene: Scene, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(more):
        scene.asks()

    with django_assert_num_queries(2):
        assert len(excuses.excuses_waiting()) == 1 + more
    with django_assert_num_queries(2):
        assert len(excuses.certificates_due()) == 1 + more
    whose = excuses.excuses_waiting()[0].person_id
    with django_assert_num_queries(2):
        assert len(excuses.excuses_of(whose)) == 1
