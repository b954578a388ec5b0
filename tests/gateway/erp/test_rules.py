import pytest
from hypothesis import given, strategies as st

from gateway.erp import rules
from gateway.erp.ports import CodeKind, Entry, ErpCode, Statement
from gateway.erp.rules import CorrectInErp, Held, Keep, Wanted, Write

PRESENT = Statement(present=True, late_minutes=None, code="101")
LATE = Statement(present=True, late_minutes=12, code=None)
LATER = Statement(present=True, late_minutes=30, code=None)
ABSENT = Statement(present=False, late_minutes=None, code="2")
ILL = Statement(present=False, late_minutes=None, code="3")
EMPTY = Entry(None)
NOBODY: frozenset[Statement] = frozenset()


def decide(
    said: Statement | None,
    entry: Entry,
    *,
    ours: frozenset[Statement] = NOBODY,
    can_correct: bool = True,
) -> rules.Decision:
    return rules.decide(said, entry, ours=ours, can_correct=can_correct)


@pytest.mark.parametrize("said", [PRESENT, LATE, ABSENT])
@pytest.mark.covers("TRK-10", "TRK-08")
def test_an_unregistered_student_is_registered(said: Statement) -> None:
    assert decide(said, EMPTY) == Write(said, corrects=False)


def test_a_mark_without_a_place_in_registers_is_not_told() -> None:
    assert decide(None, EMPTY) == Keep("this mark has no place in a register")


@pytest.mark.parametrize("said", [PRESENT, LATE, ABSENT])
def test_what_we_wrote_is_not_written_again(said: Statement) -> None:
    assert decide(said, Entry(said), ours=frozenset({said})) == Held()


def test_what_staff_registered_alike_is_theirs() -> None:
    assert decide(ABSENT, Entry(ABSENT)) == Keep("registered so in the ERP already")


@pytest.mark.covers("TRK-09")
def test_our_absence_becomes_late_where_the_erp_can_be_corrected() -> None:
    assert decide(LATE, Entry(ABSENT), ours=frozenset({ABSENT})) == Write(LATE, corrects=True)


@pytest.mark.covers("TRK-09")
def test_our_absence_is_listed_for_staff_where_the_erp_cannot_be_corrected() -> None:
    decision = decide(LATE, Entry(ABSENT), ours=frozenset({ABSENT}), can_correct=False)

    assert decision == CorrectInErp("we registered absent, now it is late, 12 min")


def test_a_withdrawn_mark_of_ours_is_listed_for_staff() -> None:
    decision = decide(None, Entry(PRESENT), ours=frozenset({PRESENT}))

    assert decision == CorrectInErp("we registered present, which no longer holds")


@pytest.mark.parametrize(
    ("said", "held"), [(ABSENT, PRESENT), (LATE, PRESENT), (ABSENT, LATE), (PRESENT, LATE),
                       (ABSENT, ILL)]
)  # fmt: skip
def test_what_staff_registered_stands(said: Statement, held: Statement) -> None:
    assert isinstance(decide(said, Entry(held)), Keep)


@pytest.mark.parametrize("said", [PRESENT, LATE])
def test_someone_at_our_door_whom_staff_have_absent_is_for_staff_to_see(said: Statement) -> None:
    assert isinstance(decide(said, Entry(ILL)), CorrectInErp)


def test_a_comment_makes_our_entry_the_staffs() -> None:
    entry = Entry(ABSENT, commented=True)

    assert isinstance(decide(LATE, entry, ours=frozenset({ABSENT})), CorrectInErp)


@pytest.mark.parametrize(
    "entry",
    [Entry(None, future_absence=True), Entry(None, out_of_school=True),
     Entry(ABSENT, future_absence=True)],
)  # fmt: skip
def test_an_absence_the_school_knew_of_is_never_overwritten(entry: Entry) -> None:
    assert isinstance(decide(ABSENT, entry), Keep)
    assert isinstance(decide(PRESENT, entry), CorrectInErp)


def test_what_a_lost_answer_left_behind_is_still_ours() -> None:
    ours = frozenset({ABSENT, LATE})

    assert decide(LATER, Entry(LATE), ours=ours) == Write(LATER, corrects=True)


def test_a_late_arrivals_code_says_nothing_more() -> None:
    with_code = Statement(present=True, late_minutes=12, code="103")

    assert decide(LATE, Entry(with_code), ours=frozenset({LATE})) == Held()


@given(
    said=st.sampled_from([PRESENT, LATE, ABSENT, None]),
    held=st.sampled_from([PRESENT, LATE, ABSENT, ILL]),
    out=st.booleans(),
    future=st.booleans(),
)
def test_what_anybody_else_registered_is_never_written_over(
    said: Statement | None, held: Statement, out: bool, future: bool
) -> None:
    entry = Entry(held, out_of_school=out, future_absence=future)

    assert not isinstance(decide(said, entry), Write)


@given(
    said=st.sampled_from([PRESENT, LATE, LATER, ABSENT]),
    held=st.sampled_from([None, PRESENT, LATE, ABSENT]),
)
def test_after_a_write_nothing_is_left_to_write(said: Statement, held: Statement | None) -> None:
    ours = frozenset({said} if held is None else {said, held})
    decision = decide(said, Entry(held), ours=ours)

    after = decision.statement if isinstance(decision, Write) else held

    assert decide(said, Entry(after), ours=frozenset({said})) == Held()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted("present", None), PRESENT),
        (Wanted("present", 12), LATE),
        (Wanted("absent", None), ABSENT),
        (Wanted("pending", None), None),
        (Wanted("excused", None), None),
        (Wanted("medical_leave", None), None),
        (Wanted("on_hold", None), None),
    ],
)
def test_a_mark_is_said_with_the_dictionarys_codes(wanted: Wanted, said: Statement | None) -> None:
    assert rules.statement(wanted, present_code="101", absence_code="2") == said


def test_a_code_is_found_by_the_governments_name_before_the_schools() -> None:
    codes = [
        ErpCode(CodeKind.ABSENCE, "7", "O", "Z", "Other"),
        ErpCode(CodeKind.ABSENCE, "9", "UA", "O", "Unauthorised"),
        ErpCode(CodeKind.PRESENT, "3", "O", "O", "not an absence"),
    ]

    assert rules.code_key(codes, kind=CodeKind.ABSENCE, code="O") == "9"
    assert rules.code_key(codes, kind=CodeKind.ABSENCE, code="UA") == "9"
    assert rules.code_key(codes, kind=CodeKind.ABSENCE, code="N") is None


def test_of_two_codes_alike_the_lowest_number_is_taken() -> None:
    codes = [ErpCode(CodeKind.PRESENT, key, "/", "", "") for key in ("12", "101", "9")]

    assert rules.code_key(codes, kind=CodeKind.PRESENT, code="/") == "9"


@pytest.mark.parametrize("said", [PRESENT, LATE, ABSENT])
def test_a_statement_is_stored_and_read_as_it_was(said: Statement) -> None:
    assert rules.from_text(rules.to_text(said)) == said


@pytest.mark.parametrize(
    ("leaving", "known", "too_many"), [(0, 0, False), (1, 3, False), (2, 3, True), (400, 400, True)]
)
def test_more_than_a_third_leaving_is_doubted(leaving: int, known: int, too_many: bool) -> None:
    assert rules.too_many_leave(leaving=leaving, known=known) is too_many


def test_text_of_others_is_made_fit_to_store() -> None:
    assert rules.cleaned("  Zoë\u0000\n Smith ", most=6) == "Zoë Sm"
