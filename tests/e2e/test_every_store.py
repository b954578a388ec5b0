"""The whole gateway on the store of this run: a SQLite file, or PostgreSQL by one URL."""

from pathlib import Path

import pytest

from gateway.outbox.models import CronRun
from gateway.project.beats import Role
from tests.faults.test_many_ingests import store_of
from tests.gateway.factories import make_site
from tests.gateway.project.gateways import eventually, gateway_in


@pytest.mark.e2e
@pytest.mark.integration
@pytest.mark.covers("BEY-12")
@pytest.mark.django_db(transaction=True)
def test_every_role_works_on_the_store_it_is_given(tmp_path: Path) -> None:
    make_site("hill")
    own = tmp_path / "store"
    own.mkdir()

    with gateway_in(tmp_path / "gateway") as gateway:
        process = gateway.start(**store_of(own))

        assert eventually(gateway.is_ready), gateway.log()
        assert set(gateway.children()) == {role.value for role in Role}
        fired = CronRun.objects.filter(job="judge").exclude(finished_at=None)
        assert eventually(fired.exists), gateway.log()
        process.terminate()
        assert process.wait(15) == 0
