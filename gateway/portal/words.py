"""The words pages use for the values other rooms decide on."""

import re
from enum import StrEnum
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, override, pgettext_lazy

from kiosk.protocol.remarks import FaceVerdict

Word = str | Promise

WORDS: dict[str, Word] = {
    "signed_in": _("signed in"),
    "signed_out": _("signed out"),
    "not_signed": _("not signed yet"),
    "in": pgettext_lazy("direction", "in"),
    "out": pgettext_lazy("direction", "out"),
    "repeat": _("repeat"),
    "not_counted": _("not counted"),
    "unknown": _("unknown"),
    "blocked": _("blocked"),
    "late": _("late"),
    "absent": _("absent"),
    "present": _("present"),
    "pending": _("pending"),
    "excused": _("excused"),
    "medical_leave": _("medical leave"),
    "on_hold": _("on hold"),
    "rule": _("rule"),
    "erp": _("ERP"),
    "person": _("person"),
    "scheduled": _("scheduled"),
    "active": _("active"),
    "completed": _("completed"),
    "cancelled": _("cancelled"),
    "holding": _("holding"),
    "running": _("running"),
    "done": _("done"),
    "waiting": _("waiting"),
    "refused": _("refused"),
    "timed_out": _("the time ran out"),
    "delivered": _("delivered"),
    "set_aside": _("set aside"),
    "trusted": _("exact"),
    "repaired": _("repaired"),
    "approximate": _("time approximate"),
    "card": _("card"),
    "qr": _("QR code"),
    "face": _("face"),
    "pin": _("PIN"),
    "name": _("name"),
    "traffic": _("traffic"),
    "transport": _("bus or train"),
    "family": _("family"),
    "school_activity": _("school activity"),
    "other": _("other reason"),
    "student": _("student"),
    "staff": _("staff"),
    "guardian": _("guardian"),
    "visitor": _("visitor"),
    "kiosk_unheard": _("kiosk not heard"),
    "code_unknown": _("code unknown"),
    "too_many": _("too many"),
    "start": _("the period's start"),
    "register_time": _("the register time"),
    "finish": _("the period's finish"),
    "floor": _("dropped"),
    "ceil": _("counted whole"),
    "students": _("Students"),
    "codes": _("Codes"),
    "periods": _("Registration periods"),
    "confirmed": _("confirmed"),
    "code": _("scanned code"),
    "printed_code": _("printed code"),
    "portal": _("on the portal"),
    "network": _("network"),
    "photo": _("photo"),
    "AM": _("morning"),
    "PM": _("afternoon"),
    "class": _("class"),
    "appointment": _("appointment"),
    "camp": _("camp"),
    "training": _("training"),
    "centre": _("the centre"),
    "teacher_absent": _("absence of the teacher"),
    "medical": _("medical"),
    "family_emergency": _("family emergency"),
    "school_event": _("school event"),
    "religious": _("religious observance"),
    "pre_approved": _("approved before"),
    "submitted": _("handed in"),
    "due": _("due"),
    "overdue": _("overdue"),
    "escalated": _("long overdue"),
    "app": _("app"),
    "booking": _("booked"),
    "walk_in": _("walk-in"),
    "make_up": _("make-up"),
    "medical_alert": _("medical alert"),
    "expected_absent": _("expected absent"),
    "first_day": _("first day"),
    "trial": _("trial"),
    "drop": _("leaves"),
    "transfer": _("changes class"),
    "birthday": _("birthday"),
    "balance_due": _("balance due"),
    "roll_comment": _("comment"),
    "note": _("note"),
}

ICONS = {
    "medical_alert": "✚",
    "expected_absent": "◌",
    "first_day": "★",
    "trial": "◔",
    "make_up": "↻",
    "drop": "⇥",
    "transfer": "⇄",
    "birthday": "♥",
    "balance_due": "¤",
    "roll_comment": "❝",
    "note": "✎",
}
"""A sign for each thing to know of a person, always beside its word."""

PROFILES_SAY = (
    _("Pending"), _("Not Marked"), _("Not Yet Marked"), _("Not Registered"), _("Booked"),
    _("Present"), _("Attended"), _("Attended in Part"), _("Absent"), _("Not Attended"),
    _("Excused"), _("Excused Absence"), _("Authorised Absence"), _("Medical Leave"),
    _("Illness"), _("On Hold"), _("Late"), _("Tardy"), _("Left Early"),
    _("Late & Left Early"), _("Tardy & Left Early"), _("Late, Left Early"), _("Partial"),
    _("Partial Attendance"),
)  # fmt: skip
"""What profiles call statuses, in English; pages look their translation up by these words."""

RULES_SAY = (
    _("no sign-in by the end of registration"),
    _("this year group is not marked automatically"),
    _("was seen at a kiosk that day"),
    _("is marked present already"),
    _("is marked absent already"),
    _("is marked excused already"),
    _("is marked medical leave already"),
    _("is marked on hold already"),
    _("signed in, in time"),
    _("the sign-in no longer counts for this period"),
    _("automatic absence is switched off for this site"),
    _("registration is not over yet"),
    _("not a school day: weekend"),
    _("not a school day: outside the terms"),
    _("weekend"),
    _("outside the terms"),
    _("in time"),
    _("within grace"),
    _("partial attendance"),
    _("nothing was said of them when the roll was closed"),
    _("not checked in yet"),
    _("the enrolment is on hold"),
    _("the enrolment is suspended"),
)
"""Reasons that rules give in English; pages look their translation up by these words."""

RULES_SAY_WITH = {
    re.compile(r"signed in (?P<n>\d+) min late"): _("signed in %(n)s min late"),
    re.compile(r"marked by (?P<who>.+)"): _("marked by %(who)s"),
    re.compile(r"(?P<who>.+) left it to the rules"): _("%(who)s left it to the rules"),
    re.compile(r"arrived (?P<at>\d\d:\d\d)"): _("arrived %(at)s"),
    re.compile(r"(?P<n>\d+) min after grace"): _("%(n)s min after grace"),
    re.compile(r"left (?P<n>\d+) min early"): _("left %(n)s min early"),
    re.compile(r"more than (?P<n>\d+) min late counts as absent"): _(
        "more than %(n)s min late counts as absent"
    ),
    re.compile(r"missed (?P<n>\d+) of (?P<of>\d+) min: absent"): _(
        "missed %(n)s of %(of)s min: absent"
    ),
}
"""Reasons that hold a number or a name, and how pages say them."""

TONES = {
    "signed_in": "in",
    "present": "in",
    "active": "in",
    "done": "in",
    "confirmed": "in",
    "refused": "stop",
    "delivered": "in",
    "in": "in",
    "signed_out": "out",
    "out": "out",
    "late": "late",
    "approximate": "late",
    "running": "late",
    "absent": "stop",
    "holding": "stop",
    "set_aside": "stop",
    "blocked": "stop",
    "unknown": "ask",
    "not_counted": "ask",
    "left_early": "late",
    "late_left_early": "late",
    "partial": "late",
    "excused": "out",
    "medical_leave": "out",
    "submitted": "in",
    "overdue": "late",
    "escalated": "stop",
    "medical_alert": "stop",
    "expected_absent": "out",
    "balance_due": "ask",
    "birthday": "in",
    "first_day": "in",
    "trial": "ask",
}


FACES: dict[FaceVerdict, tuple[str, Word]] = {
    FaceVerdict.HOLDER: ("in", _("face fits")),
    FaceVerdict.ANOTHER: ("stop", _("another face")),
    FaceVerdict.UNSURE: ("ask", _("face unsure")),
    FaceVerdict.NO_FACE: ("", _("no face seen")),
}
"""What a kiosk made of the face of who made a track: a tone, and how pages say it."""


def word(value: StrEnum | str) -> Word:
    """How a page says this value; a value without a word stands for itself."""
    return WORDS.get(str(value), str(value))


def tone(value: StrEnum | str) -> str:
    """The colour that carries the value's meaning; empty for a neutral one."""
    return TONES.get(str(value), "")


def why(text: str) -> Word:
    """A rule's reason in the reader's language; one of several parts is said part by part."""
    if whole := _said(text):
        return whole
    parts = [_said(part) for part in text.split(", ")]
    return ", ".join(parts) if all(parts) else gettext(text)


def _said(text: str) -> str:
    """One reason that we know how to say; empty for any other."""
    for pattern, said in RULES_SAY_WITH.items():
        if found := pattern.fullmatch(text):
            return str(said) % found.groupdict()
    return gettext(text) if text in _known() else ""


@cache
def _known() -> frozenset[str]:
    """The reasons of RULES_SAY as rules give them."""
    with override("en"):
        return frozenset(map(str, RULES_SAY))


def masked(value: str) -> str:
    """A credential's value as it may be shown: its two ends."""
    return value if len(value) <= 8 else f"{value[:4]}…{value[-4:]}"
