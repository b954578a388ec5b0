"""Sessions, who is expected at them, and what is held to have happened to each."""

from django.db import models

from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    Author,
    Base,
    CancelledBy,
    CheckInMethod,
    CheckInState,
    ExcuseReason,
    ExcuseState,
    FlagKind,
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


class Excuse(models.Model):
    """Why a person is excused from the sessions that start between two instants.

    With an `offering` it covers that one's sessions alone. Only an approved one counts; who
    approved or refused it stays known when it is withdrawn.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="excuses")
    offering = models.ForeignKey(Offering, null=True, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=16, choices=choices(ExcuseReason))
    note = models.CharField(max_length=300, default="", blank=True)
    state = models.CharField(max_length=10, choices=choices(ExcuseState))
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=NAME)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=NAME, default="", blank=True)
    decided_because = models.CharField(max_length=200, default="", blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=NAME, default="", blank=True)
    withdrawn_because = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("starts_at")), name="excuse_runs_forward"
            ),
        )
        indexes = (models.Index(fields=("state", "asked_at"), name="excuses_as_they_came"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.reason} {self.state}"


class Certificate(models.Model):
    """A file that proves an excuse; its content lies outside the web root, named by `id`."""

    id = models.UUIDField(primary_key=True)
    excuse = models.ForeignKey(Excuse, on_delete=models.PROTECT, related_name="certificates")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=32)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=NAME)

    def __str__(self) -> str:
        return self.name


class CheckIn(models.Model):
    """Somebody said, without a kiosk, that a person has come; only a confirmed one counts.

    `device` is a digest that tells one phone from another. `photo` names a still that lies
    sealed outside the web root.
    """

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="check_ins", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="check_ins")
    at = models.DateTimeField()
    method = models.CharField(max_length=12, choices=choices(CheckInMethod))
    state = models.CharField(max_length=10, choices=choices(CheckInState))
    by = models.CharField(max_length=NAME)
    device = models.CharField(max_length=64, default="", blank=True)
    verified = models.CharField(max_length=40, default="", blank=True)
    photo = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=NAME, default="", blank=True)
    decided_because = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("session", "person"), name="check_ins_of_a_mark"),
            models.Index(fields=("device", "at"), name="check_ins_of_a_device"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.method} {self.session_id}"


class Ticket(models.Model):
    """A session code scanned while it was valid; good for one person, once, for a few minutes.

    Only the SHA-256 of what the phone holds is kept.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="tickets")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    device = models.CharField(max_length=64, default="", blank=True)
    method = models.CharField(max_length=12, choices=choices(CheckInMethod))
    scanned_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("device", "scanned_at"), name="tickets_of_a_device"),)

    def __str__(self) -> str:
        return f"{self.session_id} {self.scanned_at}"


class SharedPhone(models.Model):
    """A phone that had just checked in `other` was refused for `person`; staff look at it."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="shared_phones")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=NAME, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("session", "person", "other"), name="one_line_a_shared_phone"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} with the phone of {self.other_id}"


class Flag(models.Model):
    """Something whoever calls the roll should know of a person; for one offering or for all."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="flags")
    offering = models.ForeignKey(Offering, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=choices(FlagKind))
    text = models.CharField(max_length=300)
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=NAME)
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.CharField(max_length=NAME, default="", blank=True)

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind}"


class Notice(models.Model):
    """Something a person is to know, such as that a place was freed; replaced by newer news of it.

    `subject` is what it is about; `text` is in English, for the pages to translate.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    subject = models.CharField(max_length=80)
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "subject"), name="one_notice_a_subject"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject}"
