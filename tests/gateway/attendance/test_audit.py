from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from gateway.attendance import append_only, audit, marking
from gateway.attendance.audit import Finding
from gateway.attendance.models import Mark as MarkRow, MarkRevision, Seal
from gateway.attendance.recording import Heard
from gateway.attendance.saying import CHAINED
from gateway.attendance.services import record_tracks
from gateway.attendance.settling import chained
from gateway.attendance.trails import Fault
from gateway.attendance.values import Base, Mark
from gateway.people.models import Person
from tests.gateway.school import OFFICE, School, at, make_school, mark_by_hand

pytestmark = [pytest.mark.django_db, pytest.mark.covers("TRN-14")]

SLOW = [HealthCheck.too_slow]
OTHERS: dict[str, Any] = {
    "base": "medical_leave",
    "late_minutes": 77,
    "left_early_minutes": 78,
    "partial": True,
    "reason": "another",
    "note": "another",
    "arrived_at": at("03:03"),
    "why": "another",
    "before": "another",
    "author": "erp",
    "author_name": "another",
    "source": "merge",
    "act": "00000000-0000-0000-0000-000000000001",
    "undoes": "00000000-0000-0000-0000-000000000002",
    "made_at": at("03:04"),
    "chain": "0" * 64,
}
"""For each column of a revision a value that no revision of these tests has."""


def told() -> tuple[School, list[Person]]:
    """A morning of two students with four words about each."""
    school = make_school()
    door, pupils = school.kiosk(), school.pupils(2)
    for pupil in pupils:
        track = door.sees(pupil, "08:12")
        heard = [Heard(door.id, school.site.pk, door.install, track)]
        record_tracks(heard=heard, now=at("08:12"))
        _say(school, pupil, Mark(Base.ABSENT, reason="why"), "08:15")
        marking.note(
            session_id=school.session.pk, person_id=pupil.pk, text="n", by=OFFICE, now=at("08:16")
        )
        _say(school, pupil, Mark(Base.PRESENT, late_minutes=3), "08:17")
    return school, pupils


def _say(school: School, person: Person, mark: Mark, clock: str) -> None:
    mark_by_hand(
        session_id=school.session.pk, person_id=person.pk, mark=mark, by="office", now=at(clock)
    )


def place(number: int) -> tuple[int, int]:
    return MarkRevision.objects.values_list("session_id", "person_id").get(pk=number)


def numbers() -> list[int]:
    return list(MarkRevision.objects.order_by("pk").values_list("pk", flat=True))


def test_what_nobody_touched_is_whole() -> None:
    told()
    audit.seal(now=at("09:00"))

    assert list(audit.findings()) == []
    assert audit.to_read() == 16


def test_the_columns_told_here_are_all_there_are() -> None:
    assert set(OTHERS) == {*CHAINED, "chain"} - {"session", "person"}


class TestTampering(TestCase):
    """Hypothesis opens and rolls back a transaction around each example."""

    @settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
    @given(column=st.sampled_from(sorted(OTHERS)), which=st.integers(0, 7))
    def test_any_edited_column_of_any_row_is_found(self, column: str, which: int) -> None:
        told()
        append_only.allow_changes()
        number = numbers()[which]

        MarkRevision.objects.filter(pk=number).update(**{column: OTHERS[column]})

        append_only.refuse_changes()
        assert number in {each.revision for each in audit.findings()}

    @settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
    @given(which=st.integers(0, 7), is_sealed=st.booleans())
    def test_any_deleted_row_is_found(self, which: int, is_sealed: bool) -> None:
        told()
        if is_sealed:
            audit.seal(now=at("09:00"))
        append_only.allow_changes()
        number = numbers()[which]
        where = place(number)

        MarkRevision.objects.filter(pk=number).delete()

        append_only.refuse_changes()
        found = list(audit.findings())
        assert where in {each.place for each in found}
        assert (Fault.SEAL_MISSES in {each.fault for each in found}) == is_sealed

    @settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
    @given(first=st.integers(0, 3), second=st.integers(4, 7), same=st.booleans())
    def test_swapped_rows_are_found(self, first: int, second: int, same: bool) -> None:
        """Within one trail, or between two, which the seal alone may see."""
        told()
        audit.seal(now=at("09:00"))
        append_only.allow_changes()
        one, other = numbers()[first], numbers()[(first + 1) % 4 if same else second]
        spare = one + 1_000_000

        for before, after in ((one, spare), (other, one), (spare, other)):
            MarkRevision.objects.filter(pk=before).update(id=after)

        append_only.refuse_changes()
        assert Fault.SEAL_DIFFERS in {each.fault for each in audit.findings()}

    @settings(max_examples=20, deadline=None, suppress_health_check=SLOW)
    @given(which=st.integers(0, 7), like=st.integers(0, 7))
    def test_any_inserted_row_is_found(self, which: int, like: int) -> None:
        told()
        after, copied = numbers()[which], numbers()[like]
        for number in reversed([each for each in numbers() if each > after]):
            _move(number)

        copy = MarkRevision.objects.get(pk=_now(copied, after))
        copy.pk = after + 1
        copy.save(force_insert=True)

        assert place(after + 1) in {each.place for each in audit.findings()}


def _move(number: int) -> None:
    """Make room before a row by giving it the next number."""
    append_only.allow_changes()
    MarkRevision.objects.filter(pk=number).update(id=F("id") + 1)
    append_only.refuse_changes()


def _now(number: int, after: int) -> int:
    return number + 1 if number > after else number


def tampered(deed: Callable[[], object]) -> list[Finding]:
    """What is found after a deed that somebody got past the store."""
    append_only.allow_changes()
    deed()
    append_only.refuse_changes()
    return list(audit.findings())


def test_a_word_put_between_two_others_is_named() -> None:
    told()
    first = numbers()[0]
    row = MarkRevision.objects.get(pk=first)
    before = MarkRevision.objects.values_list("chain", flat=True).get(pk=first)
    for number in reversed(numbers()[1:]):
        _move(number)
    row.pk, row.base = first + 1, "absent"
    row.chain = _chain(row, before)
    row.save(force_insert=True)

    found = list(audit.findings())

    assert Finding(Fault.INSERTED, place(first), first + 1) in found


def test_a_word_said_again_at_the_end_of_a_trail_is_named() -> None:
    told()
    last = MarkRevision.objects.get(pk=numbers()[-1])
    last.pk, last.base = last.pk + 1, "absent"
    last.chain = _chain(last, last.chain)
    last.save(force_insert=True)

    assert list(audit.findings()) == [
        Finding(Fault.END_INSERTED, (last.session_id, last.person_id), last.pk)
    ]


def _chain(row: MarkRevision, before: str) -> str:
    columns = (f"{name}_id" if name in {"session", "person"} else name for name in CHAINED)
    fields = [getattr(row, column) for column in columns]
    return chained(before, fields)


@pytest.mark.parametrize(
    "change",
    [
        {"base": "absent"},
        {"late_minutes": 4},
        {"partial": True},
        {"note": "another"},
        {"reason": "another"},
        {"author": "rule"},
        {"why": "another"},
        {"made_at": at("03:00")},
        {"chain": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_mark_changed_behind_its_trail_is_found(change: dict[str, Any]) -> None:
    _, [mia, _] = told()

    MarkRow.objects.filter(person=mia).update(**change)

    fault = Fault.END_MISSING if "chain" in change else Fault.MARK_DIFFERS
    [found] = audit.findings()
    assert (found.fault, found.place and found.place[1]) == (fault, mia.pk)


def test_a_whole_trail_removed_with_its_mark_is_found_by_the_seal() -> None:
    _, [mia, _] = told()
    audit.seal(now=at("09:00"))
    upto = numbers()[-1]

    def remove() -> None:
        MarkRow.objects.filter(person=mia).delete()
        MarkRevision.objects.filter(person=mia).delete()

    found = tampered(remove)

    assert found == [Finding(Fault.SEAL_MISSES, seal=upto)]


def test_a_trail_whose_chain_was_made_anew_is_found_by_the_seal() -> None:
    _, [mia, _] = told()
    audit.seal(now=at("09:00"))
    last = MarkRevision.objects.filter(person=mia).latest("pk")
    before = MarkRevision.objects.filter(person=mia, pk__lt=last.pk).latest("pk").chain

    def forge() -> None:
        last.base, last.late_minutes = "absent", None
        last.chain = _chain(last, before)
        last.save()
        MarkRow.objects.filter(person=mia).update(
            base="absent", late_minutes=None, chain=last.chain
        )

    assert tampered(forge) == [Finding(Fault.SEAL_DIFFERS, seal=numbers()[-1])]


def test_a_mark_without_a_trail_and_a_trail_without_a_mark_are_found() -> None:
    school, [mia, tom] = told()

    def tear() -> None:
        MarkRow.objects.filter(person=mia).delete()
        MarkRevision.objects.filter(person=tom).delete()

    assert tampered(tear) == [
        Finding(Fault.NO_MARK, (school.session.pk, mia.pk)),
        Finding(Fault.NO_TRAIL, (school.session.pk, tom.pk)),
    ]


def test_a_removed_seal_is_found_by_the_next_one_and_by_who_noted_it() -> None:
    school, [mia, _] = told()
    audit.seal(now=at("09:00"))
    _say(school, mia, Mark(Base.ABSENT), "09:30")
    audit.seal(now=at("10:00"))
    first, second = Seal.objects.order_by("upto")

    append_only.allow_changes()
    first.delete()
    append_only.refuse_changes()

    assert Fault.SEAL_EXCEEDS in {each.fault for each in audit.findings()}
    assert Fault.SEAL_GONE in {each.fault for each in audit.findings(noted=first.chain)}
    assert Fault.SEAL_GONE not in {each.fault for each in audit.findings(noted=second.chain)}


def test_a_seal_leaves_out_what_is_too_young_and_what_came_after_it() -> None:
    school, [mia, tom] = told()
    _say(school, mia, Mark(Base.ABSENT), "08:50")
    _say(school, tom, Mark(Base.ABSENT), "08:20")

    assert audit.seal(now=at("09:00")) == 8
    assert audit.seal(now=at("09:00")) == 0
    assert audit.seal(now=at("09:06")) == 2
    assert list(Seal.objects.order_by("upto").values_list("count", flat=True)) == [8, 2]
    assert list(audit.findings()) == []


def test_progress_is_told_until_everything_is_read() -> None:
    told()
    audit.seal(now=at("09:00"))
    read: list[int] = []

    list(audit.findings(tell=read.append))

    assert sum(read) == audit.to_read()


def test_a_finding_is_one_plain_line() -> None:
    assert [
        str(Finding(Fault.EDITED, (3, 7), 12)),
        str(Finding(Fault.SEAL_MISSES, seal=40)),
        str(Finding(Fault.UNGUARDED)),
    ] == [
        "session 3, person 7, revision 12: edited, or what was said before it is missing",
        "seal up to 40: revisions under the seal are missing",
        "the store: the store does not refuse changes of the trail",
    ]
