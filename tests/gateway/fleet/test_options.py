from dataclasses import replace

import pytest

from gateway.fleet.errors import WrongOptions
from gateway.fleet.options import Options, door_options, set_door_options
from gateway.ingest.queries import site_settings
from gateway.keys import gateway_key, key_for
from tests.gateway.factories import make_site
from tests.gateway.school import at

pytestmark = pytest.mark.django_db


def test_a_site_where_nothing_was_switched_has_the_careful_defaults() -> None:
    options = door_options(make_site().pk)

    assert options == Options()
    assert not any((options.photo_on, options.face_confirm, options.face_identify))


def test_what_is_switched_on_is_told_to_the_kiosks() -> None:
    site = make_site()
    wanted = replace(Options(), show_names=False, photo_on=True, fallback_pin=True, face_blink=True)
    set_door_options(site_id=site.pk, options=wanted)

    told = site_settings(site, now=at("08:00"))

    assert door_options(site.pk) == wanted
    assert (told.show_names, told.photo.on, told.fallback.pin, told.face.blink) == (
        False, True, True, True,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [{"face_threshold": 0.0}, {"face_margin": 1.5}, {"photo_days": 0}, {"face_smallest_px": 0}],
)
def test_switches_that_cannot_hold_are_refused(wrong: dict[str, float]) -> None:
    site = make_site()

    with pytest.raises(WrongOptions):
        set_door_options(site_id=site.pk, options=replace(Options(), **wrong))  # type: ignore[arg-type]  # wrong on purpose

    assert door_options(site.pk) == Options()


def test_each_purpose_has_a_key_of_its_own_that_stays() -> None:
    assert key_for("badges") == key_for("badges") != key_for("faces")
    assert len(gateway_key().public) == 32
