"""What the ERP told us, and what we told it."""

from django.db import models

from gateway.attendance.models import Session
from gateway.people.models import Person
from gateway.timetable.models import Site


class Code(models.Model):
    """One entry of the ERP's present or absence dictionary."""

    class Kind(models.TextChoices):
        PRESENT = "present"
        ABSENCE = "absence"

    kind = models.CharField(max_length=8, choices=Kind)
    external_id = models.CharField(max_length=64)
    code = models.CharField(max_length=16)
    government_code = models.CharField(max_length=16, default="", blank=True)
    name = models.CharField(max_length=200)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "external_id"), name="one_row_a_code"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Registration(models.Model):
    """What we know of one student's entry in the ERP's register.

    `written` is the last statement we wrote and read back, `attempted` the last one we set
    out to write, both as `rules.to_text` has them: with a lost answer, either may be what the
    ERP holds of ours. `state` says whether the ERP holds what we hold, and `because` what a
    person should know or do when not.
    """

    class State(models.TextChoices):
        WRITING = "writing"
        PUSHED = "pushed"
        KEPT = "kept"
        CORRECT_IN_ERP = "correct_in_erp"

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="registrations")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="registrations")
    state = models.CharField(max_length=16, choices=State)
    written = models.CharField(max_length=200, default="", blank=True)
    attempted = models.CharField(max_length=200, default="", blank=True)
    because = models.CharField(max_length=300, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("session", "person"), name="one_registration_a_mark"),
        )
        indexes = (
            models.Index(
                fields=("session",),
                name="registrations_to_correct",
                condition=models.Q(state="correct_in_erp"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.session_id} {self.person_id} {self.state}"


class Sync(models.Model):
    """The last synchronisation of one kind of thing (students, codes, periods) of one site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(max_length=16)
    tried_at = models.DateTimeField()
    succeeded_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="", blank=True)
    ok = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("site", "what"), name="one_row_a_sync"),)

    def __str__(self) -> str:
        return f"{self.site_id} {self.what}"
