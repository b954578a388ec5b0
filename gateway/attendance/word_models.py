"""What speaks for people: excuses with their proofs, check-ins, flags, and what they are told."""

from django.db import models

from gateway.attendance.roll_models import NAME, Session
from gateway.attendance.values import (
    CheckInMethod,
    CheckInState,
    ExcuseReason,
    ExcuseState,
    FlagKind,
)
from gateway.people.models import Person
from gateway.timetable.models import Offering
from gateway.timetable.offering_models import choices


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
