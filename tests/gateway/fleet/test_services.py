import base64
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.fleet import queries, services
from gateway.fleet.errors import KioskExists, UnknownKiosk, WrongKiosk
from gateway.fleet.models import Kiosk
from tests.gateway.factories import make_site
from tests.gateway.school import Door, at, make_kiosk


@pytest.mark.django_db
@pytest.mark.covers("DES-07")
def test_a_kiosk_that_was_added_is_listed() -> None:
    site = make_site()

    services.add_kiosk(kiosk_id="gate", site_id=site.pk, name="Main gate", password="secret")

    [line] = queries.kiosk_lines(now=at("08:00"))
    assert (line.id, line.name, line.site, line.silent) == ("gate", "Main gate", "main", True)


@pytest.mark.django_db
def test_a_name_is_given_to_one_kiosk_only() -> None:
    site = make_site()
    make_kiosk(site, "gate")

    with pytest.raises(KioskExists, match="choose another name"):
        services.add_kiosk(kiosk_id="gate", site_id=site.pk, name="Other", password="secret")

    assert Kiosk.objects.get().name == "Gate"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "Gate", "main gate", "a/b", "+", "x" * 33])
def test_a_kiosk_is_not_called_what_no_topic_can_hold(name: str) -> None:
    site = make_site()

    with pytest.raises(WrongKiosk, match="names no kiosk"):
        services.add_kiosk(kiosk_id=name, site_id=site.pk, name="Gate", password="secret")

    assert not Kiosk.objects.exists()


@pytest.mark.django_db
def test_no_kiosk_gets_the_name_and_thereby_the_rights_of_the_gateway() -> None:
    site = make_site()

    with pytest.raises(WrongKiosk, match="gateway's name"):
        services.add_kiosk(kiosk_id="gateway", site_id=site.pk, name="Gate", password="secret")


@pytest.mark.django_db
def test_out_of_service_a_kiosk_is_not_waited_for() -> None:
    site = make_site()
    make_kiosk(site, "gate")

    services.take_out_of_service(kiosk_id="gate", because="broken", now=at("08:00"))

    assert queries.heard(site.pk) == {}
    assert "broken" in queries.kiosk_lines(now=at("08:00"))[0].out_of_service_because


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["out", "in", "beat", "password"])
def test_an_act_on_a_kiosk_nobody_knows_says_so(act: str) -> None:
    acts: dict[str, Callable[[], object]] = {
        "out": lambda: services.take_out_of_service(
            kiosk_id="x", because="broken", now=at("08:00")
        ),
        "in": lambda: services.put_in_service(kiosk_id="x"),
        "beat": lambda: services.hear_heartbeat(
            heartbeat=Door("x").beats("08:00"), now=at("08:00")
        ),
        "password": lambda: services.set_password(kiosk_id="x", password="secret"),
    }

    with pytest.raises(UnknownKiosk, match="no kiosk is called x"):
        acts[act]()


@pytest.mark.django_db
def test_a_heartbeat_from_the_future_vouches_only_up_to_its_arrival() -> None:
    site = make_site()
    door = make_kiosk(site, "gate")

    services.hear_heartbeat(heartbeat=door.beats("09:00"), now=at("08:00"))

    assert queries.heard(site.pk) == {"gate": at("08:00")}


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_kiosks_asks_as_often_for_many_as_for_one(
    number: int, django_assert_num_queries: object
) -> None:
    site = make_site()
    for place in range(number):
        make_kiosk(site, f"gate-{place}")

    with django_assert_num_queries(3):  # type: ignore[operator]  # pytest-django's fixture
        queries.kiosk_lines(now=at("08:00"))


@pytest.mark.integration
def test_mosquitto_knows_the_password_by_the_digest(tmp_path: Path) -> None:
    """Mosquitto's own tool hashes the same password with our salt to our line."""
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "gate", "secret"], check=True)
    _, theirs = passwords.read_text().strip().split(":")
    _, _, rounds, salt, _ = theirs.split("$")
    assert int(rounds) == services.DIGEST_ROUNDS

    ours = services.broker_digest("secret", salt=base64.b64decode(salt))

    assert ours == theirs
