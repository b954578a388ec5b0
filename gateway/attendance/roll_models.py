"""Sessions, who is expected at them, and what is held to have happened to each."""

from django.db import models

from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    Author,
    Base,
    CancelledBy,
    SessionKind,
    SessionState,
    Source,
)
from gateway.people.models import Person
from gateway.timetable.models import Division, Offering, Room, Site, Slot
from gateway.timetable.offering_models import choices

NAME = 150
"""Signs of a login's name."""


class Session(models.Model):
    """One dated meeting: of a division's registration, or of one or several offerings.

    It belongs to the school date it starts on, also where it passes midnight. A registration
    period registers between start and finish; any other session from its start on, and
    `finishes_at` is its end. `profile` and `overrides` are how it is judged and spoken of, as
    its site, its offerings and `own_overrides` had it when it was made or last changed before
    it began. One laid ahead from a weekly time keeps that `slot` and the date it was
    `planned_on`, wherever somebody moves it; one made by hand has neither. `external_id` is
    the ERP's number of the period on that date.
    """

    division = models.ForeignKey(
        Division, null=True, on_delete=models.PROTECT, related_name="sessions"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=choices(SessionKind))
    day = models.DateField()
    title = models.CharField(max_length=120)
    title_given = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    registers_at = models.DateTimeField()
    finishes_at = models.DateTimeField()
    room = models.ForeignKey(Room, null=True, on_delete=models.SET_NULL, related_name="+")
    slot = models.ForeignKey(Slot, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_on = models.DateField(null=True)
    moved_by = models.CharField(max_length=NAME, default="", db_default="", blank=True)
    moved_because = models.CharField(max_length=200, default="", db_default="", blank=True)
    capacity = models.PositiveIntegerField(null=True)
    profile = models.CharField(max_length=16, default="school")
    overrides = models.JSONField(default=dict, blank=True)
    own_overrides = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        max_length=10, choices=choices(SessionState), default=SessionState.SCHEDULED.value
    )
    activated_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_by = models.CharField(max_length=NAME, default="", blank=True)
    reopened_by = models.CharField(max_length=NAME, default="", blank=True)
    reopened_because = models.CharField(max_length=200, default="", blank=True)
    cancelled_by = models.CharField(
        max_length=16, choices=choices(CancelledBy), default="", blank=True
    )
    cancelled_because = models.CharField(max_length=200, default="", blank=True)
    checked_in_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=NAME, default="", blank=True)
    unlocked_until = models.DateTimeField(null=True)
    unlocked_by = models.CharField(max_length=NAME, default="", blank=True)
    unlocked_because = models.CharField(max_length=200, default="", blank=True)
    external_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("division", "day", "kind"), name="one_period_a_day"),
            models.UniqueConstraint(fields=("slot", "planned_on"), name="one_session_a_slot_a_day"),
            models.CheckConstraint(
                condition=models.Q(registers_at__gte=models.F("starts_at"))
                & models.Q(finishes_at__gte=models.F("registers_at")),
                name="session_runs_forward",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("AM", "PM")) ^ models.Q(division=None),
                name="registration_has_a_division",
            ),
        )
        indexes = (
            models.Index(fields=("site", "day"), name="sessions_of_a_day"),
            models.Index(
                fields=("site", "planned_on"),
                name="sessions_laid_ahead",
                condition=models.Q(planned_on__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.title


class SessionOffering(models.Model):
    """An offering meets in a session; `day` is the session's, so that a tap finds it at once."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="meets", db_index=False
    )
    offering = models.ForeignKey(
        Offering, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    day = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "offering"), name="one_meeting_an_offering"),
        )
        indexes = (models.Index(fields=("offering", "day"), name="meetings_of_an_offering"),)

    def __str__(self) -> str:
        return f"{self.offering_id} in {self.session_id}"


class Substitution(models.Model):
    """Somebody teaches one session in another's stead, or beside those who do."""

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="substitutions", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="substitutions")
    stands_in_for = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "person"), name="one_substitute_a_session"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} in {self.session_id}"


class Attendee(models.Model):
    """Somebody expected at one session without being enrolled: booked, waiting, walk-in, make-up.

    Who waits is next in the order of `queued_at`. Removed ones stay as a record.
    """

    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="attendees", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(max_length=8, choices=choices(AttendeeState))
    source = models.CharField(max_length=8, choices=choices(AttendeeSource))
    queued_at = models.DateTimeField()
    added_by = models.CharField(max_length=NAME)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.CharField(max_length=NAME, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "person"), name="one_place_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.state} in {self.session_id}"


class Act(models.Model):
    """One thing a person did to a roll, of one or many marks; what undoing takes back whole."""

    id = models.UUIDField(primary_key=True)
    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="acts", db_index=False
    )
    source = models.CharField(max_length=8, choices=choices(Source))
    by = models.CharField(max_length=NAME)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("session", "made_at"), name="acts_of_a_session"),)

    def __str__(self) -> str:
        return f"{self.by} {self.source} {self.session_id}"


class MarkRevision(models.Model):
    """One word about one person on one roll. Only ever added: the database refuses changes.

    `before` is the mark that stood until then, spelled as `settling.spelled` does. `act` is
    the deed it was part of; one that `undoes` an act says what stands without it. `chain`
    is a SHA-256 over this row and the `chain` of the word before it of the same mark.
    """

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="revisions", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="revisions")
    base = models.CharField(max_length=16, choices=choices(Base))
    late_minutes = models.PositiveIntegerField(null=True)
    left_early_minutes = models.PositiveIntegerField(null=True)
    partial = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, default="", blank=True)
    note = models.CharField(max_length=300, null=True)  # noqa: DJ001 - NULL leaves the note as it is
    arrived_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, default="", blank=True)
    before = models.CharField(max_length=64, default="", blank=True)
    author = models.CharField(max_length=8, choices=choices(Author))
    author_name = models.CharField(max_length=NAME, default="", blank=True)
    source = models.CharField(max_length=8, choices=choices(Source))
    act = models.UUIDField(null=True)
    undoes = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    chain = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=("session", "person"), name="revisions_of_a_mark"),)

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id} {self.base}"


class Mark(models.Model):
    """The current mark of one person on one roll: what the revisions come to.

    Where `excuse` turned an absence, `author` is who had said the absence. `chain` is that
    of the newest revision.
    """

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="marks", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="marks")
    base = models.CharField(max_length=16, choices=choices(Base))
    late_minutes = models.PositiveIntegerField(null=True)
    left_early_minutes = models.PositiveIntegerField(null=True)
    partial = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, default="", blank=True)
    note = models.CharField(max_length=300, default="", blank=True)
    arrived_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, default="", blank=True)
    author = models.CharField(max_length=8, choices=choices(Author))
    excuse = models.ForeignKey("Excuse", null=True, on_delete=models.PROTECT, related_name="marks")
    made_at = models.DateTimeField()
    chain = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "person"), name="one_mark_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id} {self.base}"


class Seal(models.Model):
    """Everything said up to a revision, under one SHA-256 that holds the seal before it."""

    upto = models.PositiveBigIntegerField(unique=True)
    count = models.PositiveBigIntegerField()
    chain = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"up to {self.upto}"
