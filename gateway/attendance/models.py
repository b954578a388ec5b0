"""Tracks, days, alarms, and what automatic absence did or waits for."""

from decimal import Decimal

from django.db import models

from gateway.attendance.roll_models import (  # Django looks for models here
    Act as Act,
    Attendee as Attendee,
    Mark as Mark,
    MarkRevision as MarkRevision,
    Seal as Seal,
    Session as Session,
    SessionOffering as SessionOffering,
    Substitution as Substitution,
)
from gateway.attendance.values import HoldKind, LateFrom
from gateway.attendance.word_models import (
    Certificate as Certificate,
    CheckIn as CheckIn,
    Excuse as Excuse,
    Flag as Flag,
    Notice as Notice,
    SharedPhone as SharedPhone,
    Ticket as Ticket,
)
from gateway.fleet.models import Kiosk
from gateway.people.models import Person
from gateway.timetable.models import PeriodKind, Site, YearGroup
from kiosk.protocol.clocks import TimeQuality
from kiosk.protocol.lateness import Rounding
from kiosk.protocol.messages import Method, Shown
from kiosk.protocol.movements import Presence
from kiosk.protocol.remarks import LateReason


def _choices(words: type) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]  # type: ignore[attr-defined]  # any StrEnum


class RegistrationPolicy(models.Model):
    """How one site judges registration, and how its automatic absence runs.

    Lateness: a student is late after the point `late_after` plus `grace_minutes`; minutes
    are counted from the point `minutes_from`. Automatic absence: `cron` fires on the site's
    clock for the periods of `period_kind` and the chosen year groups (none chosen: nobody
    is marked), and waits for a person when more than `share_limit` of a year group would
    be marked.
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="policy")
    erp_enabled = models.BooleanField(default=False)
    erp_can_correct = models.BooleanField(default=True)
    late_after = models.CharField(
        max_length=16, choices=_choices(LateFrom), default=LateFrom.START.value
    )
    grace_minutes = models.PositiveSmallIntegerField(default=0)
    minutes_from = models.CharField(
        max_length=16, choices=_choices(LateFrom), default=LateFrom.START.value
    )
    rounding = models.CharField(
        max_length=8, choices=_choices(Rounding), default=Rounding.FLOOR.value
    )
    absence_enabled = models.BooleanField(default=False)
    cron = models.CharField(max_length=64, default="10 8-12 * * 1-5")
    period_kind = models.CharField(max_length=2, choices=PeriodKind, default=PeriodKind.AM)
    present_code = models.CharField(max_length=8, default="/")
    absence_code = models.CharField(max_length=8, default="O")
    share_limit = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.4"))
    year_groups = models.ManyToManyField(YearGroup, related_name="+", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(share_limit__gte=0) & models.Q(share_limit__lte=1),
                name="share_limit_is_a_share",
            ),
        )

    def __str__(self) -> str:
        return f"policy of {self.site_id}"


class Track(models.Model):
    """One accepted scan, as the kiosk told it. Never deleted; only what we learn of it changes.

    `claimed_at` is the kiosk's word, `at` the instant it is held for after repair, `day`
    its school date. `person` is empty while nobody is known to hold the credential;
    `resolved_late` says that the person was found after the kiosk had shown "unknown".
    A blocked credential's track keeps its person but is no movement: `counts` is false.
    `changed_at` is when we last learnt something of it.
    """

    id = models.UUIDField(primary_key=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="tracks")
    install = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="tracks", db_index=False
    )
    method = models.CharField(max_length=8, choices=_choices(Method))
    credential = models.CharField(max_length=512)
    shown = models.CharField(max_length=12, choices=_choices(Shown))
    counts = models.BooleanField()
    resolved_late = models.BooleanField(default=False)
    claimed_at = models.DateTimeField()
    at = models.DateTimeField()
    day = models.DateField()
    quality = models.CharField(max_length=12, choices=_choices(TimeQuality))
    boot_id = models.UUIDField()
    uptime_ms = models.PositiveBigIntegerField()
    late_minutes = models.PositiveIntegerField(null=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "install", "seq"), name="one_track_a_number"),
        )
        indexes = (
            models.Index(fields=("person", "day"), name="tracks_of_a_person"),
            models.Index(fields=("site", "changed_at"), name="tracks_as_they_came"),
            models.Index(
                fields=("method", "credential"),
                name="tracks_of_nobody",
                condition=models.Q(person=None),
            ),
            models.Index(
                fields=("kiosk", "boot_id"),
                name="tracks_of_doubtful_time",
                condition=models.Q(quality="approximate"),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class PersonDay(models.Model):
    """What the fold of one person's tracks of one day at one site came to. Replaced whole."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    presence = models.CharField(max_length=12, choices=_choices(Presence))
    movements = models.PositiveSmallIntegerField()
    first_in_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    approximate = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("site", "day", "person"), name="one_row_a_person_day"),
        )
        indexes = (models.Index(fields=("person", "day"), name="days_of_a_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.presence}"


class Difference(models.Model):
    """A track whose kiosk showed another direction than the fold over all kiosks gives."""

    track = models.OneToOneField(Track, primary_key=True, on_delete=models.CASCADE)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    shown = models.CharField(max_length=12, choices=_choices(Shown))
    truth = models.CharField(max_length=8)  # in, out or repeat
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("site", "day"), name="differences_of_a_day"),
            models.Index(fields=("person", "day"), name="differences_of_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.track_id} shown {self.shown}, is {self.truth}"


class Photo(models.Model):
    """That there is a still of the moment of a track; the picture is a sealed file.

    `track` is no foreign key, because the track may still be on its way. Retention runs from
    `taken_at`.
    """

    track = models.UUIDField(primary_key=True)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="+", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("site", "taken_at"), name="photos_as_they_age"),)

    def __str__(self) -> str:
        return str(self.track)


class ReasonGiven(models.Model):
    """Why the person of a track said they were late; the first word counts.

    `track` has no constraint in the database, because the track may still be on its way.
    """

    track = models.OneToOneField(
        Track,
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="reason_given",
    )
    kiosk = models.ForeignKey(Kiosk, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=16, choices=_choices(LateReason))
    heard_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("heard_at",), name="reasons_as_they_came"),)

    def __str__(self) -> str:
        return f"{self.track_id} {self.reason}"


class Alarm(models.Model):
    """An evacuation of a site. `kiosk` is where a roll call was begun that no alarm belongs to.

    Such a one is a record alone: it is closed from the start and told to nobody.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="alarms")
    kiosk = models.ForeignKey(Kiosk, null=True, on_delete=models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    raised_by = models.CharField(max_length=150, default="", blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("site",), condition=models.Q(ended_at=None), name="one_alarm_a_site"
            ),
        )
        indexes = (models.Index(fields=("site", "began_at"), name="alarms_of_a_site"),)

    def __str__(self) -> str:
        return str(self.id)


class Tick(models.Model):
    """One word on whether a person is safe, from a page (`by`) or a kiosk. Only ever added."""

    id = models.UUIDField(primary_key=True)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="ticks")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    is_safe = models.BooleanField()
    at = models.DateTimeField()
    by = models.CharField(max_length=150, default="", blank=True)
    kiosk = models.ForeignKey(
        Kiosk, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    heard_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {'safe' if self.is_safe else 'not safe'}"


class AbsenceRun(models.Model):
    """Automatic absence of one session: what it waits for or what it did."""

    class State(models.TextChoices):
        HOLDING = "holding"
        RUNNING = "running"
        DONE = "done"

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="absence_run")
    state = models.CharField(max_length=8, choices=State)
    fired_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    marked = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.session_id} {self.state}"


class AbsenceHold(models.Model):
    """One reason why automatic absence of a session waits; `released_*` when a person let it go."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=16, choices=_choices(HoldKind))
    subject = models.CharField(max_length=80)
    why = models.CharField(max_length=300)
    noticed_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=150, default="", blank=True)
    released_because = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "kind", "subject"), name="one_row_a_hold"),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.kind} {self.subject}"
