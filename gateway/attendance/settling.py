"""Which of all the words about one mark stands. Values in, values out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from gateway.attendance.values import Author, Base, ExcuseReason, Mark, Source

UNSAID = Mark(Base.PENDING)
_RANK = {author: rank for rank, author in enumerate(Author)}


@dataclass(frozen=True, slots=True)
class Said:
    """One word about a mark. `act` is the deed it was part of; `undoes` the deed it takes back.

    `note` is None where the word leaves the note beside the mark as it is.
    """

    mark: Mark
    author: Author
    source: Source
    act: UUID | None = None
    undoes: UUID | None = None
    note: str | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Cover:
    """An approved excuse that covers the session."""

    excuse_id: int
    reason: ExcuseReason


@dataclass(frozen=True, slots=True)
class Settled:
    """The mark that holds, who said it and why, and the excuse that turned it, None for none."""

    mark: Mark
    author: Author
    why: str = ""
    excuse_id: int | None = None
    note: str = ""


def settled(said: Sequence[Said], cover: Cover | None = None) -> Settled:
    """What all words together come to, told in the order they were said.

    A person's word outranks a rule's, a later one of equal rank an earlier one. What was
    undone was never said. A person who says Pending hands the mark back to the rules. An
    approved excuse turns an absence, whoever said it, and nothing else (POL-03).
    """
    live = _live(said)
    note = next((word.note for word in reversed(live) if word.note is not None), "")
    standing = _standing([w for w in live if w.author is not Author.EXCUSE])
    if standing is None:
        return Settled(UNSAID, Author.RULE, note=note)
    stands = Settled(standing.mark, standing.author, standing.why, note=note)
    return covered(stands, cover)


def covered(settled: Settled, cover: Cover | None) -> Settled:
    """The absence as the excuse turns it; anything else as it is."""
    if cover is None or settled.mark.base is not Base.ABSENT:
        return settled
    is_medical = cover.reason is ExcuseReason.MEDICAL
    base = Base.MEDICAL_LEAVE if is_medical else Base.EXCUSED
    mark = replace(settled.mark, base=base, reason=cover.reason.value)
    why = f"excuse {cover.excuse_id}: {cover.reason.value.replace('_', ' ')}"
    return replace(settled, mark=mark, why=why, excuse_id=cover.excuse_id)


def conflict(said: Sequence[Said], standing: Settled) -> bool:
    """Whether the machine saw somebody whom a person's word holds to be away (BIO-03)."""
    if standing.author is not Author.PERSON or standing.mark.base is Base.PRESENT:
        return False
    by_rule = [word for word in said if word.author is Author.RULE]
    return bool(by_rule) and by_rule[-1].mark.base is Base.PRESENT


class Heir(StrEnum):
    """Whose word about one roll stands when two persons turn out to be one."""

    NOTHING = "nothing"
    THEIRS = "theirs"
    OWN = "own"
    OWN_AGAIN = "own_again"


def heir(theirs: Settled, own: Settled) -> Heir:
    """Whether what was said of a temporary person stands over the real one's own mark.

    The higher rank stands. Of equal rank the own mark stands, said again because it would be
    the earlier one; only a rule that saw somebody is right against one that did not.
    """
    if theirs.mark.base is Base.PENDING:
        return Heir.NOTHING
    if own.mark.base is Base.PENDING or _RANK[theirs.author] > _RANK[own.author]:
        return Heir.THEIRS
    if _RANK[theirs.author] < _RANK[own.author]:
        return Heir.OWN
    was_seen = theirs.mark.base is Base.PRESENT and own.mark.base is not Base.PRESENT
    return Heir.THEIRS if was_seen and theirs.author is Author.RULE else Heir.OWN_AGAIN


def spelled(mark: Mark) -> str:
    """The mark in a few signs, for the trail: `present late 12 early 20 partial`."""
    parts = [mark.base.value]
    if mark.late_minutes is not None:
        parts.append(f"late {mark.late_minutes}")
    if mark.left_early_minutes is not None:
        parts.append(f"early {mark.left_early_minutes}")
    if mark.partial:
        parts.append("partial")
    return " ".join(parts)


def chained(before: str, fields: Sequence[object]) -> str:
    """The SHA-256 of a row that follows one whose own was `before`; empty for the first.

    The row is spelled as JSON, so that no two rows are spelled alike.
    """
    return sha256(_SPELLING.encode([before, *fields]).encode()).hexdigest()


def _plain(value: object) -> str:
    """As both stores give it back: instants in UTC."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


_SPELLING = json.JSONEncoder(default=_plain)


def _live(said: Sequence[Said]) -> list[Said]:
    undone = {word.undoes for word in said if word.undoes is not None}
    return [w for w in said if w.undoes is None and (w.act is None or w.act not in undone)]


def _standing(said: Sequence[Said]) -> Said | None:
    """The last word of the highest rank; a person's Pending leaves it to the others."""
    spoken = [word for word in said if word.source is not Source.NOTE]
    last = max(reversed(spoken), key=lambda word: _RANK[word.author], default=None)
    if last is None or last.author is not Author.PERSON or last.mark.base is not Base.PENDING:
        return last
    return _standing([word for word in spoken if word.author is not Author.PERSON])
