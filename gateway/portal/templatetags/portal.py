"""Filters of the portal's templates."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gateway.attendance.indicating import Indicator
from gateway.attendance.models import AbsenceHold
from gateway.attendance.values import Hold
from gateway.portal import needs, words
from kiosk.protocol.remarks import FaceVerdict

register = template.Library()


@register.filter
def word(value: str) -> words.Word:
    """The value in the reader's language."""
    return words.word(value)


@register.filter
def translated(text: str) -> str:
    """A profile's own word in the reader's language, as it stands where there is none."""
    return gettext(text)


@register.filter
def tag(value: str) -> SafeString:
    """The value as a small coloured word."""
    return format_html('<span class="tag {}">{}</span>', words.tone(value), words.word(value))


@register.filter
def tone(value: str) -> str:
    """The colour that carries the value's meaning."""
    return words.tone(value)


@register.filter
def called(name: str) -> str:
    """What a profile calls a status, in the reader's language."""
    return gettext(name)


@register.filter
def indicator(told: Indicator) -> SafeString:
    """One thing to know of a person: a sign, its word, and what there is to say of it."""
    more = f": {words.word(told.text)}" if told.text else ""
    return format_html(
        '<span class="tag {}"><span aria-hidden="true">{}</span> {}{}</span>',
        words.tone(told.kind),
        words.ICONS.get(told.kind, ""),
        words.word(told.kind),
        more,
    )


@register.filter
def face(verdicts: Mapping[UUID, str], track: UUID) -> SafeString:
    """What the kiosk made of the face of a track, as a coloured word; nothing for most."""
    verdict = verdicts.get(track)
    if verdict is None:
        return SafeString("")
    tone, said = words.FACES[FaceVerdict(verdict)]
    return format_html('<span class="tag {}">{}</span>', tone, said)


@register.filter
def masked(value: str) -> str:
    """A credential with its middle left out."""
    return words.masked(value)


@register.filter
def hold_words(hold: AbsenceHold | Hold) -> str:
    """Why absence waits."""
    return needs.hold_words(hold.kind, hold.subject)


@register.filter
def why(text: str) -> words.Word:
    """A rule's reason in the reader's language."""
    return words.why(text)


@register.filter
def megabytes(free: int | None) -> str:
    """Room on a disk, in the larger unit where there is much; a dash where it is not known."""
    if not free:
        return "–"
    return f"{free / 1000:.0f} GB" if free >= 10_000 else f"{free} MB"


@register.filter
def dash(value: object) -> object:
    """A dash where there is nothing."""
    return value if value not in (None, "", 0) else "–"
