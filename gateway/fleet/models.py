"""Kiosks: where they hang, how they are, and how far each has been heard."""

import uuid

from django.conf import settings
from django.db import models

from gateway.people.models import Person
from gateway.timetable.models import Site
from kiosk.protocol.messages import Method
from kiosk.protocol.remarks import NotEnrolled


class Kiosk(models.Model):
    """A device at an entrance. `id` is its name on the wire and at the broker.

    Out of service it is still listened to, but nothing waits for it. `heartbeat_*` hold
    what the last heartbeat said. `devices_away` has, for each device that does not answer, why;
    `remarks` and `photos` count what waits on the kiosk to be told, and `salvaged` the tracks
    that could be read out of a journal that broke.
    """

    id = models.SlugField(max_length=32, primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="kiosks")
    name = models.CharField(max_length=80)
    in_service = models.BooleanField(default=True)
    out_of_service_because = models.CharField(max_length=200, default="", blank=True)
    broker_digest = models.CharField(max_length=200, default="", blank=True)
    online = models.BooleanField(default=False)
    last_heard_at = models.DateTimeField(null=True)
    install = models.UUIDField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    heartbeat_last_seq = models.PositiveBigIntegerField(default=0)
    clock_trusted = models.BooleanField(default=False)
    queue = models.PositiveIntegerField(default=0)
    roster_version = models.PositiveBigIntegerField(default=0)
    software = models.CharField(max_length=64, default="", blank=True)
    disk_free_mb = models.PositiveIntegerField(default=0)
    devices_away = models.JSONField(default=dict)
    seal_key = models.CharField(max_length=64, default="", blank=True)
    remarks = models.PositiveIntegerField(default=0)
    photos = models.PositiveIntegerField(default=0)
    faces_version = models.PositiveBigIntegerField(default=0)
    salvaged = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class DoorOptions(models.Model):
    """What is switched on at the kiosks of a site; a site without a row has the defaults.

    `photo_days` is how long stills of taps are kept. See `kiosk.protocol.options`.
    """

    site = models.OneToOneField(Site, on_delete=models.CASCADE, related_name="door_options")
    show_names = models.BooleanField(default=True)
    ask_late_reason = models.BooleanField(default=False)
    fallback_pin = models.BooleanField(default=False)
    fallback_names = models.BooleanField(default=False)
    show_session_codes = models.BooleanField(default=False)
    photo_on = models.BooleanField(default=False)
    photo_days = models.PositiveSmallIntegerField(default=30)
    face_confirm = models.BooleanField(default=False)
    face_identify = models.BooleanField(default=False)
    face_threshold = models.FloatField(default=0.5)
    face_margin = models.FloatField(default=0.05)
    face_smallest_px = models.PositiveSmallIntegerField(default=80)
    face_blink = models.BooleanField(default=False)
    face_days = models.PositiveSmallIntegerField(default=400)

    def __str__(self) -> str:
        return f"options of {self.site_id}"


class Tablet(models.Model):
    """A browser that serves as the kiosk of the same number.

    Of the code it is paired with, and of the token it then holds, only digests are kept; empty
    where there is none. `install` is the one life of its numbering.
    """

    kiosk = models.OneToOneField(
        Kiosk, primary_key=True, on_delete=models.CASCADE, related_name="tablet"
    )
    install = models.UUIDField()
    code_digest = models.CharField(max_length=64, default="", blank=True)
    code_until = models.DateTimeField(null=True)
    token_digest = models.CharField(max_length=64, default="", blank=True)
    paired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("code_digest",),
                condition=~models.Q(code_digest=""),
                name="one_tablet_a_code",
            ),
            models.UniqueConstraint(
                fields=("token_digest",),
                condition=~models.Q(token_digest=""),
                name="one_tablet_a_token",
            ),
        )

    def __str__(self) -> str:
        return self.kiosk_id


class Install(models.Model):
    """One life of a kiosk's database: how far its numbering has been received without a hole.

    `upto` is the highest number below which nothing is missing. `first_held` is the oldest
    number the kiosk says it still holds: what is missing below it cannot come any more.
    """

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="installs")
    install = models.UUIDField()
    upto = models.PositiveBigIntegerField(default=0)
    first_held = models.PositiveBigIntegerField(default=0)
    first_heard_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "install"), name="one_row_an_install"),
        )

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.install}"


class Hole(models.Model):
    """Numbers of an install that were skipped; closed when they came, lost when they cannot.

    One of an earlier life of the kiosk is as good as lost: only what was salvaged still comes.
    """

    install = models.ForeignKey(Install, on_delete=models.CASCADE, related_name="holes")
    first = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    noticed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lost = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("install", "first", "last"), name="one_row_a_hole"),
        )

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class BootAnchor(models.Model):
    """When a boot of a kiosk had a synchronised clock; it repairs the boot's earlier tracks."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="anchors")
    boot_id = models.UUIDField()
    utc = models.DateTimeField()
    uptime_ms = models.PositiveBigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kiosk", "boot_id"), name="one_anchor_a_boot"),
        )

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.boot_id}"


class DoorEnrolment(models.Model):
    """A kiosk was asked to take a person's next card or face.

    `number` is the card's number where staff know it already, `value` the one it was enrolled
    with, `form` how the kiosk's reader was found to type numbers. `why` is the last refusal.
    """

    class Outcome(models.TextChoices):
        """What it came to; empty while it is waited for."""

        WAITING = ""
        DONE = "done"
        REFUSED = "refused"
        CANCELLED = "cancelled"
        TIMED_OUT = "timed_out"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="enrolments")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="door_enrolments")
    method = models.CharField(max_length=8, choices=[(m.value, m.value) for m in Method])
    number = models.CharField(max_length=20, default="", blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING, blank=True)
    why = models.CharField(
        max_length=9, choices=[(w.value, w.value) for w in NotEnrolled], default="", blank=True
    )
    value = models.CharField(max_length=512, default="", blank=True)
    form = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("kiosk",),
                condition=models.Q(ended_at=None),
                name="one_enrolment_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} of {self.person_id} at {self.kiosk_id}"
