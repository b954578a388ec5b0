"""Consents, the measures they allow, and what kiosks made of the faces they saw."""

from django.conf import settings
from django.db import models

from gateway.attendance.models import Track
from gateway.faces.rules import Stance
from gateway.people.models import Person
from gateway.timetable.models import Site
from kiosk.protocol.remarks import FaceVerdict


class FaceClock(models.Model):
    """The one counter every change of a face moves on."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"faces {self.version}"


class Consent(models.Model):
    """What one person said of the use of a face at a site: who, when, to which text.

    Never deleted and never changed but for being taken back.
    """

    class Relation(models.TextChoices):
        """What the one who spoke is to the person."""

        SELF = "self"
        PARENT = "parent"
        GUARDIAN = "guardian"

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="face_consents")
    stance = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Stance])
    given_by = models.CharField(max_length=120)
    relation = models.CharField(max_length=8, choices=Relation)
    given_at = models.DateTimeField()
    text_version = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=120, default="", blank=True)
    withdrawal_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("site", "person", "given_by", "stance"),
                condition=models.Q(withdrawn_at=None),
                name="one_standing_word_of_each",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stance} for {self.person_id}"


class Face(models.Model):
    """The measures of a person's face for one site, encrypted; empty since they were wiped.

    A wiped row stays, so that every kiosk hears of it: it keeps its person from being deleted.
    `version` is the faces' version at its last change.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="faces")
    sealed = models.BinaryField(default=bytes)
    enrolled_at = models.DateTimeField()
    wiped_at = models.DateTimeField(null=True)
    wiped_because = models.CharField(max_length=20, default="", blank=True)
    version = models.PositiveBigIntegerField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("site", "person"), name="one_face_a_person_and_site"),
            models.CheckConstraint(
                condition=models.Q(wiped_at=None) | models.Q(sealed=b""),
                name="a_wiped_face_holds_nothing",
            ),
        )

    def __str__(self) -> str:
        return f"face of {self.person_id}"


class FaceNote(models.Model):
    """What a kiosk found when it compared the face of who made a track with the holder's."""

    track = models.OneToOneField(
        Track, on_delete=models.CASCADE, primary_key=True, related_name="face_note"
    )
    verdict = models.CharField(max_length=8, choices=[(v.value, v.value) for v in FaceVerdict])
    distance = models.FloatField(null=True)
    noted_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.verdict} at {self.track_id}"
