"""What is said to the ERP of one mark, and when we keep silent. Values in, values out."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from gateway.erp.ports import CodeKind, Entry, ErpCode, Statement

PRESENT = "present"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mark as the attendance room tells it."""

    base: str
    late_minutes: int | None


@dataclass(frozen=True, slots=True)
class Write:
    """Register this."""

    statement: Statement
    corrects: bool
    """Whether it replaces what we registered before."""


@dataclass(frozen=True, slots=True)
class Held:
    """The register already holds our own word: nothing to do."""


@dataclass(frozen=True, slots=True)
class Keep:
    """The ERP's word stands, and nobody needs to act."""

    because: str


@dataclass(frozen=True, slots=True)
class CorrectInErp:
    """The ERP's word is doubtful, we may not change it: a person looks (TRK-09)."""

    because: str


Decision = Write | Held | Keep | CorrectInErp


def decide(
    said: Statement | None, entry: Entry, *, ours: frozenset[Statement], can_correct: bool
) -> Decision:
    """What to do about a register that holds `entry` when our mark says `said`.

    `said` is None for a mark that registers cannot hold. `ours` is every statement of ours
    that the register may hold: the last one read back, and the last one set out to be
    written. What anybody else registered, and what the school knew before, is never changed.
    """
    if entry.out_of_school or entry.future_absence:
        return _leave(said, entry.statement, known=_known_before(entry))
    if entry.statement is None:
        return Write(said, corrects=False) if said else Keep("this mark has no place in a register")
    is_ours = not entry.commented and any(same(mine, entry.statement) for mine in ours)
    if said is not None and same(said, entry.statement):
        return Held() if is_ours else Keep("registered so in the ERP already")
    if is_ours:
        return _mend(said, entry.statement, can_correct=can_correct)
    return _leave(said, entry.statement, known=f"the ERP has {described(entry.statement)}")


def statement(wanted: Wanted, *, present_code: str | None, absence_code: str | None) -> (
    Statement | None
):  # fmt: skip
    """What a register can say of the mark, with the dictionaries' keys; None when nothing."""
    if wanted.base == ABSENT:
        return Statement(present=False, late_minutes=None, code=absence_code)
    if wanted.base != PRESENT:
        return None
    if wanted.late_minutes is not None:
        return Statement(present=True, late_minutes=wanted.late_minutes, code=None)
    return Statement(present=True, late_minutes=None, code=present_code)


def same(one: Statement, other: Statement) -> bool:
    """Whether two statements mean the same; a late arrival's code says nothing more."""
    if one.present and one.late_minutes is not None:
        return other.present and one.late_minutes == other.late_minutes
    return one == other


def code_key(codes: Iterable[ErpCode], *, kind: CodeKind, code: str) -> str | None:
    """The dictionary's key of a code: by the government's code first, then by the school's."""
    of_kind = sorted((c for c in codes if c.kind is kind), key=lambda c: _number(c.key))
    by_government = (c.key for c in of_kind if c.government_code == code)
    by_school = (c.key for c in of_kind if c.code == code)
    return next(by_government, None) or next(by_school, None)


def cleaned(text: str, *, most: int) -> str:
    """The text of another system as we can store it: printable, trimmed, not too long."""
    return "".join(sign for sign in text if sign.isprintable()).strip()[:most]


def too_many_leave(*, leaving: int, known: int) -> bool:
    """Whether a list lacks more of the known students than a school loses in a day or a summer.

    More than a third: a broken or half-empty list is likelier, and a person decides.
    """
    return leaving * 3 > known


def described(said: Statement) -> str:
    """A statement in words for staff."""
    if not said.present:
        return "absent"
    return "present" if said.late_minutes is None else f"late, {said.late_minutes} min"


def to_text(said: Statement) -> str:
    """A statement as it is stored."""
    return json.dumps(asdict(said), separators=(",", ":"))


def from_text(text: str) -> Statement:
    """The statement that `to_text` stored."""
    return Statement(**json.loads(text))


def _mend(said: Statement | None, held: Statement, *, can_correct: bool) -> Decision:
    """We registered what no longer holds."""
    if said is None:
        return CorrectInErp(f"we registered {described(held)}, which no longer holds")
    if can_correct:
        return Write(said, corrects=True)
    return CorrectInErp(f"we registered {described(held)}, now it is {described(said)}")


def _leave(said: Statement | None, held: Statement | None, *, known: str) -> Decision:
    """Someone at our door whom the ERP has elsewhere is for staff to see; the rest is not."""
    elsewhere = held is None or not held.present
    if said is not None and said.present and elsewhere:
        return CorrectInErp(f"{known}, at our door it is {described(said)}")
    return Keep(known)


def _known_before(entry: Entry) -> str:
    what = "out of school" if entry.out_of_school else "an absence known beforehand"
    return f"the ERP has {what}"


def _number(key: str) -> tuple[int, str]:
    return (int(key), "") if key.isdecimal() else (0, key)
