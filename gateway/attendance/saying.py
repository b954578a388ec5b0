"""How a word is kept: added to the trail, made current where it stands, and told to others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db.models import QuerySet

from gateway import bulk
from gateway.attendance.consequences import promises
from gateway.attendance.covering import covers_of
from gateway.attendance.models import Mark as MarkRow, MarkRevision, RegistrationPolicy, Session
from gateway.attendance.settling import (
    UNSAID,
    Said,
    Settled,
    chained,
    covered,
    settled,
    spelled,
)
from gateway.attendance.values import Author, Base, Mark, Source
from gateway.attendance.words import NOTHING, Place, Speaker, Standing, Word
from gateway.outbox.services import queue

Row = TypeVar("Row", MarkRow, MarkRevision)

_REVISION = (
    "session", "person", "base", "late_minutes", "left_early_minutes", "partial", "reason", "note",
    "arrived_at", "why", "before", "author", "author_name", "source", "act", "undoes", "made_at",
    "chain",
)  # fmt: skip
_AMONG = """{table}.id IN (
    WITH asked (session_id, person_id) AS (VALUES {pairs})
    SELECT found.id FROM asked CROSS JOIN {table} AS found
    WHERE found.session_id = asked.session_id AND found.person_id = asked.person_id)"""
LONGEST_WHY = 200
"""A reason that ends with the longest name of a login is longer than the store keeps."""
CHAINED = _REVISION[:-1]
"""The columns of a revision that its chain covers, in this order."""
_MARK = (
    "session", "person", "base", "late_minutes", "left_early_minutes", "partial", "reason", "note",
    "arrived_at", "why", "author", "excuse", "made_at", "chain",
)  # fmt: skip
_COLUMNS = ("excuse_id" if name == "excuse" else name for name in _MARK[2:])
_MARK_IS_REPLACED = "(session_id, person_id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A word as it is kept, with what stands once it is."""

    word: Word
    speaker: Speaker
    stands: Settled


def say(
    words: Sequence[Word],
    policy: RegistrationPolicy | None,
    *,
    speaker: Speaker,
    standing: Mapping[Place, Standing],
) -> None:
    """Add words that stand over what was said before, and queue who must hear of them.

    An approved excuse turns the absences among them. Persons must be locked by the caller;
    `standing` holds the current marks.
    """
    covers = covers_of([word for word in words if word.mark.base is Base.ABSENT])
    lines: list[_Line] = []
    for word in words:
        before = standing.get(word.place, NOTHING)
        note = before.note if word.note is None else word.note
        said = Settled(word.mark, speaker.author, word.why, note=note)
        lines.append(_Line(word, speaker, said))
        if word.place in covers:
            lines.append(_turned(word, speaker, covered(said, covers[word.place])))
    _keep(lines, standing, policy)


def say_beside(
    words: Sequence[Word], *, speaker: Speaker, standing: Mapping[Place, Standing]
) -> None:
    """Add words that leave what stands as it is: outranked opinions, and notes."""
    lines = []
    for word in words:
        stands = _as_it_stands(standing.get(word.place, NOTHING))
        stands = stands if word.note is None else replace(stands, note=word.note)
        lines.append(_Line(word, speaker, stands))
    _keep(lines, standing, None, is_news=False)


def settle_anew(
    places: Mapping[Place, Session],
    policy: RegistrationPolicy | None,
    *,
    speaker: Speaker,
    why: str,
    adds: Mark | None = None,
) -> int:
    """Work out afresh what all words come to, with what `speaker` adds to them.

    An excuse adds nothing, and only marks that are different now get a line in the trail; an
    undo takes an act away; any other adds the mark `adds`. Answers how many lines there were.
    Persons must be locked by the caller.
    """
    standing, trail = standing_marks(places), trail_of(places)
    words = [Word(session, p, adds or UNSAID, why) for (_, p), session in places.items()]
    covers = covers_of(words)
    lines: list[_Line] = []
    for word in words:
        said = [*trail.get(word.place, ()), *_added(word, speaker)]
        stands = settled(said, covers.get(word.place))
        if _is_nothing_new(speaker, stands, standing.get(word.place, NOTHING)):
            continue
        shown = word if adds is not None else replace(word, mark=stands.mark)
        lines.append(_Line(shown, speaker, stands))
    _keep(lines, standing, policy)
    return len(lines)


def _is_nothing_new(speaker: Speaker, stands: Settled, before: Standing) -> bool:
    """Whether an excuse leaves the mark as it was; people's words are always kept."""
    return speaker.author is Author.EXCUSE and stands == _as_it_stands(before)


def standing_marks(places: Collection[Place]) -> dict[Place, Standing]:
    """The current marks at these places."""
    found = at_places(MarkRow.objects.all(), places)
    columns = (
        "session_id", "person_id", "base", "late_minutes", "left_early_minutes", "partial",
        "reason", "arrived_at", "author", "why", "excuse_id", "note", "chain",
    )  # fmt: skip
    return {
        (session, person): Standing(
            Mark(Base(base), late, early, partial, reason, arrived),
            Author(author), why, excuse, note, chain,
        )
        for session, person, base, late, early, partial, reason, arrived, author, why, excuse, note,
        chain in found.values_list(*columns)
    }  # fmt: skip


def at_places(rows: QuerySet[Row], places: Collection[Place]) -> QuerySet[Row]:
    """Those of the rows that are of a session and a person told together.

    Asked for sessions and for persons, a store of years reads all marks of these persons, or
    looks for every one of them at each of these sessions; asked for pairs, SQLite reads the
    whole table, unless it is told where to begin.
    """
    if not places:
        return rows.none()
    pairs = ", ".join(["(%s, %s)"] * len(places))
    told = [number for place in places for number in place]
    table = rows.model._meta.db_table  # noqa: SLF001 - Django's documented API
    return rows.extra(where=[_AMONG.format(table=table, pairs=pairs)], params=told)  # noqa: S610 - placeholders alone


def trail_of(places: Collection[Place]) -> dict[Place, list[Said]]:
    """Every word about these places, in the order it was said."""
    rows = at_places(MarkRevision.objects.all(), places)
    found: dict[Place, list[Said]] = defaultdict(list)
    for row in rows.order_by("pk").values(*CHAINED):
        found[row["session"], row["person"]].append(said_in(row))
    return found


def said_in(row: Mapping[str, Any]) -> Said:
    """The word in a revision, told by its columns' names."""
    mark = Mark(
        Base(row["base"]), row["late_minutes"], row["left_early_minutes"], row["partial"],
        row["reason"], row["arrived_at"],
    )  # fmt: skip
    return Said(
        mark, Author(row["author"]), Source(row["source"]), row["act"], row["undoes"], row["note"],
        row["why"],
    )  # fmt: skip


def _added(word: Word, speaker: Speaker) -> Sequence[Said]:
    if speaker.author is Author.EXCUSE:
        return ()
    act, undoes = speaker.act, speaker.undoes
    return (Said(word.mark, speaker.author, speaker.source, act, undoes, why=word.why),)


def _turned(word: Word, speaker: Speaker, stands: Settled) -> _Line:
    """The line that says which excuse turned the absence just said."""
    excuse = replace(speaker, author=Author.EXCUSE, source=Source.EXCUSE)
    return _Line(replace(word, mark=stands.mark, why=stands.why, note=None), excuse, stands)


def _as_it_stands(standing: Standing) -> Settled:
    return Settled(standing.mark, standing.author, standing.why, standing.excuse_id, standing.note)


def _keep(
    lines: Sequence[_Line],
    standing: Mapping[Place, Standing],
    policy: RegistrationPolicy | None,
    *,
    is_news: bool = True,
) -> None:
    """Write trail and marks; the last line about a mark says what stands."""
    ends = {place: before.chain for place, before in standing.items()}
    marks = {place: before.mark for place, before in standing.items()}
    revisions = []
    for line in lines:
        place = line.word.place
        row = _revision(line, spelled(marks.get(place, UNSAID)))
        ends[place] = chained(ends.get(place, ""), row)
        marks[place] = line.stands.mark
        revisions.append((*row, ends[place]))
    bulk.insert(MarkRevision, _REVISION, revisions)
    last = {line.word.place: line for line in lines}
    rows = [_mark(line, ends[place]) for place, line in last.items()]
    bulk.insert(MarkRow, _MARK, rows, on_conflict=_MARK_IS_REPLACED)
    if is_news and lines:
        told = {place: line.stands.mark for place, line in last.items()}
        sessions = {line.word.session.pk: line.word.session for line in lines}
        queue(promises(told, sessions, policy), now=lines[0].speaker.now)


def _revision(line: _Line, before: str) -> tuple[object, ...]:
    word, speaker = line.word, line.speaker
    return (
        word.session.pk, word.person_id, *_told(word.mark), word.note, word.mark.arrived_at,
        word.why[:LONGEST_WHY], before, speaker.author.value, speaker.by, speaker.source.value,
        speaker.act, speaker.undoes, speaker.now,
    )  # fmt: skip


def _mark(line: _Line, end: str) -> tuple[object, ...]:
    stands, word = line.stands, line.word
    return (
        word.session.pk, word.person_id, *_told(stands.mark), stands.note,
        stands.mark.arrived_at, stands.why[:LONGEST_WHY], stands.author.value, stands.excuse_id,
        line.speaker.now, end,
    )  # fmt: skip


def _told(mark: Mark) -> tuple[object, ...]:
    return (
        mark.base.value, mark.late_minutes, mark.left_early_minutes, mark.partial, mark.reason,
    )  # fmt: skip
