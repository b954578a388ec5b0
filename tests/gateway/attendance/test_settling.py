from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from gateway.attendance.settling import (
    UNSAID,
    Cover,
    Said,
    Settled,
    chained,
    conflict,
    covered,
    settled,
    spelled,
)
from gateway.attendance.values import Author, Base, ExcuseReason, Mark, Source

HERE, AWAY = Mark(Base.PRESENT), Mark(Base.ABSENT)
SICK = Cover(4, ExcuseReason.MEDICAL)
FAIR = Cover(5, ExcuseReason.SCHOOL_EVENT)


def rule(mark: Mark, source: Source = Source.TAPS) -> Said:
    return Said(mark, Author.RULE, source, why="by rule")


def person(mark: Mark, act: int = 0, note: str | None = None) -> Said:
    return Said(mark, Author.PERSON, Source.HAND, act=UUID(int=act) if act else None, note=note)


def undo(act: int) -> Said:
    return Said(UNSAID, Author.PERSON, Source.UNDO, undoes=UUID(int=act))


marks = st.builds(
    Mark, st.sampled_from(Base), st.none() | st.integers(1, 90), st.none() | st.integers(1, 90)
)
rules = st.builds(rule, marks, st.sampled_from([Source.TAPS, Source.CLOSING]))
words = rules | st.builds(person, marks, st.integers(0, 3), st.none() | st.text(max_size=3))


def test_of_whom_nothing_was_said_is_pending() -> None:
    assert settled([], SICK) == Settled(UNSAID, Author.RULE)


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ([rule(AWAY), rule(HERE)], HERE),
        ([rule(HERE), rule(AWAY, Source.CLOSING)], AWAY),
        ([person(AWAY), rule(HERE)], AWAY),
        ([rule(HERE), person(AWAY)], AWAY),
        ([person(AWAY), person(HERE)], HERE),
        ([rule(HERE), person(AWAY), person(UNSAID)], HERE),
        ([person(AWAY), person(UNSAID)], UNSAID),
        ([person(AWAY), person(UNSAID), person(AWAY)], AWAY),
        ([rule(HERE), person(AWAY, 1), undo(1)], HERE),
        ([person(HERE, 1), person(AWAY, 2), undo(1)], AWAY),
        ([person(HERE, 1), person(AWAY, 2), undo(2)], HERE),
        ([person(HERE, 1), person(AWAY, 2), undo(2), undo(1)], UNSAID),
    ],
)
def test_a_persons_word_outranks_a_rules_and_a_later_an_earlier(
    said: list[Said], stands: Mark
) -> None:
    assert settled(said).mark == stands


@pytest.mark.covers("BEY-02")
@given(said=st.lists(rules, min_size=1, max_size=6))
def test_later_evidence_replaces_earlier(said: list[Said]) -> None:
    assert settled(said) == settled(said[-1:])


@pytest.mark.covers("BIO-03")
@given(before=st.lists(words, max_size=5), after=st.lists(rules, max_size=5), mark=marks)
def test_a_mark_made_by_hand_is_never_lost(
    before: list[Said], after: list[Said], mark: Mark
) -> None:
    stands = settled([*before, person(mark, 9), *after])

    assert mark.base is Base.PENDING or (stands.mark, stands.author) == (mark, Author.PERSON)


@given(by_hand=st.lists(words, max_size=4), machine=st.lists(rules, max_size=4), data=st.data())
def test_when_the_machine_spoke_among_peoples_words_never_matters(
    by_hand: list[Said], machine: list[Said], data: st.DataObject
) -> None:
    """Rules keep their order among themselves; people keep theirs."""
    people = [word for word in by_hand if word.author is Author.PERSON]
    places = sorted(
        data.draw(
            st.lists(st.integers(0, len(people)), min_size=len(machine), max_size=len(machine))
        )
    )
    mixed = list(people)
    for place, word in reversed(list(zip(places, machine, strict=True))):
        mixed.insert(place, word)

    assert settled(mixed) == settled([*machine, *people]) == settled([*people, *machine])


@given(said=st.lists(words, max_size=5), since=st.lists(words, max_size=4), mark=marks)
def test_undoing_restores_exactly_what_would_stand_without(
    said: list[Said], since: list[Said], mark: Mark
) -> None:
    with_it = [*said, person(mark, 9, note="gone"), *since, undo(9)]

    assert settled(with_it) == settled([*said, *since])


@pytest.mark.covers("POL-03")
@given(said=st.lists(words, max_size=5), cover=st.sampled_from([SICK, FAIR]))
def test_an_excuse_turns_an_absence_and_nothing_else(said: list[Said], cover: Cover) -> None:
    without, turned = settled(said), settled(said, cover)

    if without.mark.base is not Base.ABSENT:
        assert turned == without
        return
    base = Base.MEDICAL_LEAVE if cover is SICK else Base.EXCUSED
    assert turned.mark == replace(without.mark, base=base, reason=cover.reason.value)
    assert (turned.excuse_id, turned.author) == (cover.excuse_id, without.author)


@given(said=st.lists(words, max_size=5), cover=st.none() | st.sampled_from([SICK, FAIR]))
def test_what_an_excuse_added_to_the_trail_says_nothing_by_itself(
    said: list[Said], cover: Cover | None
) -> None:
    turned = Said(Mark(Base.EXCUSED), Author.EXCUSE, Source.EXCUSE)

    assert settled([*said, turned], cover) == settled(said, cover)
    assert covered(settled(said), cover) == settled(said, cover)


@pytest.mark.parametrize("last", [HERE, AWAY, UNSAID])
def test_a_note_stays_whatever_the_mark_becomes(last: Mark) -> None:
    said = [person(HERE, 1, note="was ill at home"), rule(AWAY), person(last, 2)]

    assert settled(said).note == "was ill at home"
    assert settled([*said, undo(1)]).note == ""
    assert settled([*said, person(HERE, note="")]).note == ""


@pytest.mark.covers("BIO-03")
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([rule(HERE), person(AWAY)], True),
        ([person(AWAY), rule(HERE)], True),
        ([person(AWAY), rule(HERE), rule(AWAY)], False),
        ([rule(HERE), person(HERE)], False),
        ([person(AWAY)], False),
        ([rule(HERE), rule(AWAY)], False),
    ],
)
def test_a_conflict_is_a_person_whom_the_machine_saw_and_somebody_held_to_be_away(
    said: list[Said], expected: bool
) -> None:
    assert conflict(said, settled(said)) is expected


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        (UNSAID, "pending"),
        (Mark(Base.PRESENT, 12, 20, partial=True), "present late 12 early 20 partial"),
        (Mark(Base.MEDICAL_LEAVE, reason="medical"), "medical_leave"),
    ],
)
def test_the_trail_spells_a_mark_in_a_few_words(mark: Mark, expected: str) -> None:
    assert spelled(mark) == expected


fields = st.lists(st.none() | st.text(max_size=4) | st.integers() | st.booleans(), max_size=4)


@given(
    one=fields, other=fields, before=st.sampled_from(["", "a"]), after=st.sampled_from(["", "a"])
)
def test_no_two_rows_are_chained_alike(
    one: list[object], other: list[object], before: str, after: str
) -> None:
    same = before == after and list(map(repr, one)) == list(map(repr, other))

    assert (chained(before, one) == chained(after, other)) == same
