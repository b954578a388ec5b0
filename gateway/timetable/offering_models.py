"""What people enrol in, when it meets, who teaches it and who belongs to it."""

from django.db import models

from gateway.people.models import Person
from gateway.timetable.values import EndedAs, OfferingKind, Standing, TeachingRole


def choices(words: type) -> list[tuple[str, str]]:
    """A StrEnum's values as Django wants them."""
    return [(word.value, word.value) for word in words]  # type: ignore[attr-defined]  # any StrEnum


class Subject(models.Model):
    """What is taught, such as Mathematics."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class GradeLevel(models.Model):
    """How far learners are, such as Grade 5 or Beginners."""

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """What several offerings have in common; `tag` groups courses, such as Exam 2027."""

    name = models.CharField(max_length=120, unique=True)
    tag = models.CharField(max_length=80, default="", blank=True)
    subject = models.ForeignKey(Subject, null=True, on_delete=models.PROTECT, related_name="+")
    grade_level = models.ForeignKey(
        GradeLevel, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return self.name


class Room(models.Model):
    """Where a session meets."""

    site = models.ForeignKey("timetable.Site", on_delete=models.CASCADE, related_name="rooms")
    name = models.CharField(max_length=80)
    seats = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("site", "name"), name="one_room_of_a_name_a_site"),
        )

    def __str__(self) -> str:
        return self.name


class Offering(models.Model):
    """A batch, an appointment, a camp or a training.

    It meets from `starts_on` to `ends_on`, both included; one without an end rolls on.
    `profile` names the profile its sessions are judged and spoken of by, empty for the
    site's; `overrides` holds single numbers of its policy that differ. `capacity` is how
    many may book or enrol, none for any number.
    """

    site = models.ForeignKey("timetable.Site", on_delete=models.PROTECT, related_name="offerings")
    kind = models.CharField(max_length=12, choices=choices(OfferingKind))
    name = models.CharField(max_length=120)
    course = models.ForeignKey(
        Course, null=True, on_delete=models.PROTECT, related_name="offerings"
    )
    room = models.ForeignKey(Room, null=True, on_delete=models.SET_NULL, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    capacity = models.PositiveIntegerField(null=True)
    profile = models.CharField(max_length=16, default="", blank=True)
    overrides = models.JSONField(default=dict, blank=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("site", "name"),
                condition=models.Q(archived_at=None),
                name="one_offering_of_a_name_a_site",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="offering_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """A weekly time of an offering on the site's clock; Monday is 1.

    One that ends at or before its start ends on the next day.
    """

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()
    room = models.ForeignKey(Room, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("offering", "weekday", "starts"), name="one_slot_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__gte=1) & models.Q(weekday__lte=7),
                name="slot_on_a_weekday",
            ),
        )
        ordering = ("weekday", "starts")

    def __str__(self) -> str:
        return f"{self.offering_id} {self.weekday} {self.starts}"


class Teaching(models.Model):
    """Somebody teaches an offering from one date to another, both included."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="teachings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="teachings")
    role = models.CharField(
        max_length=10, choices=choices(TeachingRole), default=TeachingRole.LEAD.value
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("offering", "person", "starts_on"), name="one_teaching_from_a_date"
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} teaches {self.offering_id}"


class OfferingEnrolment(models.Model):
    """Somebody belongs to an offering in one standing, from one date to another, both included.

    A change of standing ends one row and begins the next, so that every past date still
    says what held on it. `ended_as` is empty where another row follows.
    """

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    standing = models.CharField(
        max_length=10, choices=choices(Standing), default=Standing.ACTIVE.value
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    ended_as = models.CharField(max_length=12, choices=choices(EndedAs), default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("offering", "person"),
                condition=models.Q(ends_on=None),
                name="one_open_enrolment_an_offering",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="offering_enrolment_runs_forward",
            ),
        )
        indexes = (models.Index(fields=("person", "starts_on"), name="offerings_of_a_person"),)

    def __str__(self) -> str:
        return f"{self.person_id} in {self.offering_id} {self.standing}"
