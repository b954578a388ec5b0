from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from gateway.fleet.services import add_kiosk
from gateway.outbox import services as outbox
from gateway.outbox.services import Promise
from gateway.project.beats import Beats, Role
from tests.gateway.factories import make_site

NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.fixture
def beats() -> Beats:
    signs = Beats(settings.BEATS)
    for role in Role:
        signs.clear(role)
    return signs


def test_a_process_that_answers_is_alive(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_a_gateway_whose_parts_work_is_ready(client: Client, beats: Beats) -> None:
    beats.beat(Role.INGEST)
    beats.beat(Role.WORKER)

    answer = client.get("/readyz")

    assert answer.json() == {"ready": True, "store": "ok", "ingest": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_a_gateway_that_takes_no_tracks_is_not_ready(client: Client, beats: Beats) -> None:
    beats.beat(Role.WORKER)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["ingest"] == "has not shown yet that it works"


@pytest.mark.django_db
def test_the_figures_count_what_waits_and_name_nobody(client: Client, beats: Beats) -> None:
    site = make_site()
    add_kiosk(kiosk_id="door-1", site_id=site.pk, name="Door", password="x")
    with transaction.atomic():
        outbox.queue([Promise("erp", f"mark:1:{n}", str(n), "{}") for n in range(3)], now=NOW)

    told = client.get("/metrics").content.decode()

    assert 'muster_deliveries{destination="erp",state="waiting"} 3.0' in told
    assert "muster_kiosks_silent 1.0" in told
    assert "door-1" not in told
