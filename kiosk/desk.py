"""The desk: identifies who is there, decides, and journals. What it answers is already durable."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from drivers.card.reader import CardUid
from drivers.clock.clock import Reading
from kiosk import site, visit
from kiosk.enrolling import Enrolling
from kiosk.identify import roster
from kiosk.identify.parts import PartFinder
from kiosk.journal import FILE, Bounds, Entry, open_journal
from kiosk.protocol import badge_reading, days
from kiosk.protocol.badges import Verifier, claims_badge
from kiosk.protocol.clocks import Anchor
from kiosk.protocol.messages import Method, PersonKind, Shown
from kiosk.recovery import Life
from kiosk.settings import KioskSettings
from kiosk.spelling import spelling_of
from kiosk.visit import Answer, Decision, Holder, Instant, Presented, Sighting, SiteRules

_NO_BOOT = UUID(int=0)
_NO_DAY = Bounds(datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Boot:
    """The boot whose anchor is at hand."""

    id: UUID
    anchor: Anchor | None


class Desk:
    """Belongs to the deciding loop's thread. Its methods raise sqlite3.Error or OSError."""

    def __init__(self, settings: KioskSettings, *, known: Life | None = None) -> None:
        """Open journal and site file, or make them anew; `known` is the journal as remembered."""
        self._folder = settings.data
        self._folder.mkdir(parents=True, exist_ok=True)
        site.open_site(self._folder).close()
        self._journal = open_journal(self._folder, known=known)
        self._roster = roster.Finder(self._journal.database, schema="site")
        self._parts = PartFinder(self._journal.database, schema="site")
        self._spelling = spelling_of(settings)
        self.enrolling = Enrolling(self._journal.database, settings.data, spelling=self._spelling)
        self._otherwise = SiteRules(ZoneInfo(settings.zone))
        self._boot = _Boot(_NO_BOOT, None)
        self._day = _NO_DAY
        self._verifier = Verifier()
        self.rules = self._otherwise
        self.read_rules()

    def read_rules(self) -> None:
        """Take over the site's settings as they now stand."""
        self.rules = site.rules(self._journal.database, otherwise=self._otherwise)
        self._verifier = Verifier(self.rules.badge_keys)
        self._day = _NO_DAY

    def answer(self, sighting: Sighting) -> Answer:
        """Decide what the person is told. When this returns, what was decided is on disk."""
        reading = sighting.reading
        self._journal.check_place()
        self.note_time(reading)
        instant = visit.instant_of(reading, self._anchor(reading))
        with self._journal.one_turn():
            return self._decide(sighting, instant)

    def _decide(self, sighting: Sighting, instant: Instant) -> Answer:
        sighting, found = self._identify(sighting, instant)
        enrolled = self.enrolling.answer(sighting, found, instant)
        if enrolled is not None:
            return enrolled
        if found.is_blocked or found.holder is None:
            shown = Shown.BLOCKED if found.is_blocked else Shown.UNKNOWN
            last_at = self._journal.last_refusal(sighting.method, sighting.value)
            decision = visit.refuse(shown, instant.at, last_at=last_at, rules=self.rules)
            refused = self._keep(sighting, instant, decision, found.holder)
            return replace(refused, because=found.because)
        tracks = self._journal.tracks_of(found.holder.person, self._bounds(instant.at))
        decision = visit.admit(found.holder, instant, tracks=tracks, rules=self.rules)
        return self._keep(sighting, instant, decision, found.holder)

    def read_enrolment(self, reading: Reading) -> None:
        """Take over whose card the gateway wants now."""
        instant = visit.instant_of(reading, self._anchor(reading))
        self.enrolling.read(reading, instant)

    def note_time(self, reading: Reading) -> None:
        """Once a boot is synchronised, anchor it, and repair what it recorded before."""
        if reading.trusted and self._anchor(reading) is None:
            anchor = Anchor(reading.boot_id, reading.utc, reading.uptime)
            self._journal.remember(anchor)
            self._boot = _Boot(reading.boot_id, anchor)

    def knows_time(self, reading: Reading) -> bool:
        """Whether the reading's instant can be relied on."""
        return visit.instant_of(reading, self._anchor(reading)).exact

    def clean_up(self, reading: Reading) -> int:
        """Delete a few long confirmed tracks, if the time is known; answers how many."""
        instant = visit.instant_of(reading, self._anchor(reading))
        if not instant.exact:
            return 0
        confirmed = site.confirmed(self._journal.database, self._journal.install)
        return self._journal.purge(confirmed=confirmed, now=instant.at)

    @property
    def install(self) -> UUID:
        """Which life of the journal this is."""
        return self._journal.install

    def check_writable(self) -> None:
        """Raise when nothing could be recorded now."""
        self._journal.check_writable()

    def rescue(self) -> None:
        """Keep what an open journal holds whose files were deleted under it."""
        self._journal.rescue(self._folder / FILE)

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()

    def _identify(self, sighting: Sighting, instant: Instant) -> tuple[Sighting, Presented]:
        """Who is there; a signed badge becomes its credential here, and its token is forgotten."""
        if sighting.method is not Method.QR or not claims_badge(sighting.value):
            return self._whole(sighting)
        read = badge_reading.read(
            sighting.value, self._verifier, at=instant.at, exact=instant.exact
        )
        sighting = replace(sighting, value=read.credential)
        found = self._roster.find(Method.QR, read.credential)
        if found.holder is None and read.person is not None:
            found = replace(found, holder=self._believed(read.person))
        return sighting, replace(found, because=read.refusal)

    def _whole(self, sighting: Sighting) -> tuple[Sighting, Presented]:
        """Who is there; a card of which the reader typed a part becomes the one it is part of."""
        found = self._roster.find(sighting.method, sighting.value)
        if found.holder is not None or found.is_blocked or not sighting.typed:
            return sighting, found
        form = self._spelling.read()
        whole = self._parts.whole(CardUid.parse(sighting.value), form) if form else None
        if whole is None:
            return sighting, found
        return replace(sighting, value=str(whole)), self._roster.find(Method.CARD, str(whole))

    def _believed(self, person: int) -> Holder:
        """The person a badge names, though the roster may not have told of them yet."""
        unheard_of = Holder(person, PersonKind.STUDENT, name="", language="", year_group=None)
        return self._roster.person(person) or unheard_of

    def _keep(
        self, sighting: Sighting, instant: Instant, decision: Decision, holder: Holder | None
    ) -> Answer:
        """Journal what the decision wants kept, and only then make the answer."""
        entry = _entry(sighting, instant, decision, holder)
        seq = self._journal.record(entry) if entry else None
        is_refused = decision.outcome in visit.REFUSED.values()
        return Answer(
            outcome=decision.outcome,
            at=instant.at,
            name=holder.name if holder and self.rules.show_names and not is_refused else "",
            language=holder.language or None if holder else None,
            late_minutes=decision.late_minutes,
            since=decision.since,
            seq=seq,
            track=entry.id if entry else None,
            person=holder.person if holder and not is_refused else None,
        )

    def _anchor(self, reading: Reading) -> Anchor | None:
        if reading.boot_id != self._boot.id:
            self._boot = _Boot(reading.boot_id, self._journal.anchor(reading.boot_id))
        return self._boot.anchor

    def _bounds(self, at: datetime) -> Bounds:
        """The school day `at` lies in; the one found last is kept at hand."""
        if not self._day.first <= at < self._day.after:
            zone, starts = self.rules.zone, self.rules.day_starts
            day = days.school_day(at, zone=zone, day_starts=starts)
            self._day = Bounds(*days.day_bounds(day, zone=zone, day_starts=starts))
        return self._day


def _entry(
    sighting: Sighting, instant: Instant, decision: Decision, holder: Holder | None
) -> Entry | None:
    """What the journal keeps of the decision; None when it keeps nothing."""
    if decision.journalled is None:
        return None
    return Entry(
        id=uuid7(),
        reading=sighting.reading,
        at=instant.at,
        method=sighting.method,
        credential=sighting.value,
        person=holder.person if holder else None,
        shown=decision.journalled,
        late_minutes=decision.late_minutes,
    )
