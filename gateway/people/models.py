"""Persons, what they show at a door, and who may call the API."""

from django.conf import settings
from django.db import models

from kiosk.protocol.messages import Method, PersonKind


class RosterClock(models.Model):
    """The one counter every change of a person or credential moves on."""

    version = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"roster {self.version}"


class Person(models.Model):
    """A student, a member of staff, a guardian or a visitor.

    `external_id` is the ERP's key; what the ERP names is read-only here. A person who
    left is inactive, never deleted. `roster_version` is the roster's version at the last
    change a kiosk must hear of. `user` is the login by which the person comes in, for
    teachers, guardians and students. A `provisional` person was written down at a door in a
    hurry; once it is known who it was, `merged_into` says so.
    """

    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in PersonKind])
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    email = models.EmailField(default="", blank=True)
    language = models.CharField(max_length=16, default="en")
    external_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL keeps it unique
    synchronised = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    born_on = models.DateField(null=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="person"
    )
    provisional = models.BooleanField(default=False, db_default=False)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    roster_version = models.PositiveBigIntegerField(default=0, db_index=True)

    class Meta:
        indexes = (models.Index(fields=("family_name", "given_name"), name="persons_by_name"),)

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"


class Guardianship(models.Model):
    """A guardian answers for a child; the smallest `rank` is told first."""

    guardian = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="wards")
    child = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="guardianships")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("guardian", "child"), name="one_guardianship_a_pair"),
            models.CheckConstraint(
                condition=~models.Q(guardian=models.F("child")), name="nobody_guards_themselves"
            ),
        )

    def __str__(self) -> str:
        return f"{self.guardian_id} answers for {self.child_id}"


class Credential(models.Model):
    """A card, badge, face or PIN; without a person it is only known to be blocked."""

    person = models.ForeignKey(
        Person, null=True, on_delete=models.CASCADE, related_name="credentials"
    )
    method = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Method])
    value = models.CharField(max_length=512)
    blocked_at = models.DateTimeField(null=True)
    blocked_because = models.CharField(max_length=200, default="", blank=True)
    roster_version = models.PositiveBigIntegerField(default=0, db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("method", "value"), name="one_holder_a_credential"),
        )

    def __str__(self) -> str:
        return f"{self.method} {self.pk}"


class SigningKey(models.Model):
    """A key that badges are signed with; `sealed` is its private half, for this gateway alone.

    Kiosks are told of it at once, and it signs from `signs_from` on. Badges signed with it
    are believed until it is withdrawn.
    """

    number = models.PositiveSmallIntegerField(primary_key=True)
    public = models.CharField(max_length=64)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    signs_from = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"key {self.number}"


class Badge(models.Model):
    """A signed badge that was given out: on paper, or on a phone behind a secret link.

    Tokens are kept nowhere: whoever may see one has it signed anew. `link_digest` is the
    SHA-256 of a phone's link.
    """

    class Kind(models.TextChoices):
        PRINTED = "printed"
        PHONE = "phone"

    serial = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="badges")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    link_digest = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - NULL keeps it unique
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=200, default="", blank=True)

    def __str__(self) -> str:
        return f"badge {self.serial}"


class PinTry(models.Model):
    """A wrong PIN away from kiosks, or one that is being looked at; forgotten after a while."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id} {self.at}"


class ApiToken(models.Model):
    """Lets a program call the API as `user`. Only the token's SHA-256 is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
