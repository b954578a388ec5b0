"""What was said stays: the store refuses, and what was tampered with all the same is found."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from gateway.attendance import append_only, audit
from gateway.attendance.models import MarkRevision, Seal
from gateway.attendance.trails import Fault
from gateway.attendance.values import Base, Mark
from tests.gateway.school import School, at, make_school, mark_by_hand

pytestmark = [pytest.mark.django_db, pytest.mark.covers("TRN-14")]


def told_and_sealed() -> School:
    school = make_school()
    [mia] = school.pupils(1)
    mark_by_hand(
        session_id=school.session.pk,
        person_id=mia.pk,
        mark=Mark(Base.PRESENT),
        by="teacher",
        now=at("08:20"),
    )
    audit.seal(now=at("09:00"))
    return school


@pytest.mark.parametrize(
    "deed",
    [
        lambda: MarkRevision.objects.update(base=Base.ABSENT.value),
        lambda: MarkRevision.objects.all().delete(),
        lambda: Seal.objects.update(count=0),
        lambda: Seal.objects.all().delete(),
    ],
    ids=["change", "delete", "change a seal", "delete a seal"],
)
def test_the_store_refuses_to_change_what_was_said(deed: Callable[[], object]) -> None:
    told_and_sealed()
    before = [*MarkRevision.objects.values(), *Seal.objects.values()]

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        deed()

    assert [*MarkRevision.objects.values(), *Seal.objects.values()] == before


def test_a_store_that_does_not_refuse_is_found() -> None:
    append_only.allow_changes()

    found = list(audit.findings())

    append_only.refuse_changes()
    assert [each.fault for each in found] == [Fault.UNGUARDED]
    assert list(audit.findings()) == []


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_what_was_said_before_there_were_chains_is_chained_by_a_migration() -> None:
    school = told_and_sealed()
    executor = MigrationExecutor(connection)
    executor.migrate([("attendance", "0005_add_sessions_of_offerings")])
    Seal.objects.all().delete()
    MarkRevision.objects.update(chain="")
    school.session.marks.update(chain="")

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert list(audit.findings()) == []
    assert MarkRevision.objects.exclude(chain="").count() == 1
