import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from gateway.fleet.queries import BrokerAccount
from gateway.fleet.services import add_kiosk, set_password
from gateway.project.broker import (
    BrokerDied,
    BrokerFiles,
    BrokerMissing,
    PrivateBroker,
    passwords_text,
    rights_text,
)
from gateway.project.config import Broker
from kiosk.protocol.topics import GATEWAY_STATE, KioskTopics, SiteTopics
from tests.gateway.factories import make_site
from tests.gateway.project.gateways import free_port
from tests.gateway.project.peers import Peer, connected

OWN, OTHER = KioskTopics("door-1"), KioskTopics("door-2")
NOT_AUTHORIZED = "Not authorized"


class Running:
    """A private broker on a free port, and the gateway's way in."""

    def __init__(self, folder: Path, *, executable: str = "mosquitto") -> None:
        self.port = free_port()
        self.files = BrokerFiles(folder)
        self.broker = PrivateBroker(
            Broker(port=self.port, executable=executable),
            files=self.files,
            password="gateway-secret",
        )
        self.stop, self.answers = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        self.broker.run(stop=self.stop, beat=self.answers.set)
        connection.close()

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self.answers.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join()

    def gateway(self) -> Peer:
        return Peer("gateway", "gateway-secret", port=self.port)


@pytest.fixture
def running(tmp_path: Path, transactional_db: None) -> Iterator[Running]:
    main, park = make_site("main"), make_site("park")
    add_kiosk(kiosk_id="door-1", site_id=main.pk, name="Door 1", password="one")
    add_kiosk(kiosk_id="door-2", site_id=park.pk, name="Door 2", password="two")
    with Running(tmp_path / "broker") as broker:
        yield broker


def test_a_kiosk_may_write_its_own_topics_and_nothing_else() -> None:
    text = rights_text("gateway", [BrokerAccount("door-1", "main", "$7$")])

    written = [line for line in text.splitlines() if line.startswith("topic write")]

    assert written == [f"topic write {OWN.all_up}"]


def test_the_password_file_holds_digests_only() -> None:
    text = passwords_text("gateway", "$7$a", [BrokerAccount("door-1", "main", "$7$b")])

    assert text == "gateway:$7$a\ndoor-1:$7$b\n"


def test_a_kiosk_named_like_the_gateway_gets_neither_its_password_nor_its_rights() -> None:
    namesake = [BrokerAccount("muster", "main", "$7$b")]

    assert passwords_text("muster", "$7$a", namesake) == "muster:$7$a\n"
    assert rights_text("muster", namesake).count("user muster") == 1


def test_the_gateways_own_password_stays_the_same_and_is_kept_from_others(tmp_path: Path) -> None:
    files = BrokerFiles(tmp_path / "broker")

    first = files.own_password()

    assert files.own_password() == first
    assert files.secret.stat().st_mode & 0o777 == 0o600


@pytest.mark.integration
@pytest.mark.covers("DES-03")
def test_a_kiosk_may_write_for_itself_alone(running: Running) -> None:
    with connected("door-1", "one", port=running.port) as kiosk:
        assert "Not authorized" not in kiosk.publish(OWN.tracks)
        assert kiosk.publish(OTHER.tracks) == NOT_AUTHORIZED
        assert kiosk.publish(OTHER.heartbeat) == NOT_AUTHORIZED
        assert kiosk.publish(OWN.upto) == NOT_AUTHORIZED
        assert kiosk.publish(GATEWAY_STATE) == NOT_AUTHORIZED


@pytest.mark.integration
def test_a_kiosk_hears_what_is_meant_for_it_and_its_site_alone(running: Running) -> None:
    meant = [OWN.upto, SiteTopics("main").settings, GATEWAY_STATE]
    foreign = [OTHER.upto, SiteTopics("park").settings, OTHER.tracks]
    with connected("door-1", "one", port=running.port) as kiosk:
        kiosk.subscribe("#")
        gateway = running.gateway()
        for topic in [*foreign, *meant]:
            gateway.publish(topic)
        gateway.close()

        heard = [kiosk.next_topic() for _ in meant]

    assert heard == meant


@pytest.mark.integration
@pytest.mark.parametrize(
    ("username", "password"), [(None, ""), ("door-1", "wrong"), ("stranger", "one")]
)
def test_strangers_stay_outside(running: Running, username: str | None, password: str) -> None:
    with connected(username, password, port=running.port) as stranger:
        assert stranger.welcome == NOT_AUTHORIZED


@pytest.mark.integration
def test_a_kiosk_added_later_gets_in_without_a_restart(running: Running) -> None:
    with connected("door-1", "one", port=running.port) as before:
        site = make_site("late")
        add_kiosk(kiosk_id="door-3", site_id=site.pk, name="Door 3", password="three")

        assert _gets_in("door-3", "three", running.port)
        assert before.gone.empty()


@pytest.mark.integration
def test_a_new_password_shuts_the_old_one_out_at_once(running: Running) -> None:
    with connected("door-1", "one", port=running.port) as thief:
        set_password(kiosk_id="door-1", password="changed")

        assert thief.gone.get(timeout=10)
        assert _gets_in("door-1", "changed", running.port)


@pytest.mark.integration
def test_one_name_is_one_connection(running: Running) -> None:
    with (
        connected("door-1", "one", port=running.port) as first,
        connected("door-1", "one", port=running.port),
    ):
        assert first.gone.get(timeout=10)


@pytest.mark.django_db
def test_a_machine_without_mosquitto_is_told_what_to_install(tmp_path: Path) -> None:
    running = Running(tmp_path, executable="no-such-broker")

    with pytest.raises(BrokerMissing, match="apt-get install mosquitto"):
        running.broker.run(stop=running.stop, beat=running.answers.set)


@pytest.mark.django_db
def test_a_broker_that_dies_is_reported(tmp_path: Path) -> None:
    running = Running(tmp_path, executable="false")

    with pytest.raises(BrokerDied, match="mosquitto ended with 1"):
        running.broker.run(stop=running.stop, beat=running.answers.set)


def _gets_in(username: str, password: str, port: int) -> bool:
    """Whether the broker lets this user in within a few tries."""
    pause = threading.Event()
    for _ in range(50):
        with connected(username, password, port=port) as peer:
            if peer.welcome == "Success":
                return True
        pause.wait(0.1)
    return False
