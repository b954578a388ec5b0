"""What needs someone: everything that waits for a person, each line with its one act."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext

from gateway.attendance import attention
from gateway.attendance.check_in_lines import shared_phones
from gateway.attendance.models import CheckIn, Session
from gateway.attendance.values import CheckInState, HoldKind
from gateway.erp.queries import syncs, to_correct
from gateway.faces.queries import mismatches, only_by_face
from gateway.fleet.queries import KioskLine
from gateway.ingest.models import SetAside
from gateway.outbox.models import Delivery
from gateway.portal.cards import digest
from gateway.portal.frame import Place
from gateway.portal.words import Word, masked, word

MOST = 5
"""Lines of one sort on the board; their pages show all."""


@dataclass(frozen=True, slots=True)
class Act:
    """The one thing to do about a line: open a page or, when it `sends`, do it at once."""

    word: Word
    url: str
    sends: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A coloured word, what is the matter, and what to do."""

    tag: Word
    tone: str
    text: str
    act: Act


def needs(where: Place, kiosks: Iterable[KioskLine]) -> tuple[Need, ...]:
    """Everything at the site that waits for a person, the most pressing first."""
    sorts = (
        _holds(where),
        _kiosks(where, kiosks),
        _doubtful(where),
        _parked(where),
        _corrections(where),
        _syncs(where),
        _unknown(where),
        _differences(where),
        _check_ins(where),
        _shared_phones(where),
        _mismatches(where),
        _only_by_face(where),
        _set_aside(where),
        _delayed(where),
    )
    return tuple(need for sort in sorts for need in islice(sort, MOST))


def kiosk_matter(kiosk: KioskLine, where: Place) -> str:
    """What somebody should know of this kiosk; empty when it is well."""
    if not kiosk.in_service:
        return _("Out of service: %s") % kiosk.out_of_service_because
    if kiosk.silent and kiosk.last_heard_at is None:
        return _("Never heard. Is it switched on and connected?")
    if kiosk.silent and kiosk.last_heard_at is not None:
        heard = timezone.localtime(kiosk.last_heard_at, where.site.tz)
        return _("Last heard %s. Is it switched on and connected?") % f"{heard:%d.%m. %H:%M}"
    if not kiosk.clock_trusted:
        return _("Its clock is not set: nobody is marked absent until it is.")
    if kiosk.lost:
        return _("Tracks were lost before they could be sent; the numbers are on the kiosk page.")
    return ""


def hold_words(kind: HoldKind | str, subject: str) -> str:
    """Why absence waits, in the reader's language."""
    match HoldKind(kind):
        case HoldKind.KIOSK_UNHEARD:
            text = _("kiosk %s was not heard past the end of registration, it may hold sign-ins")
        case HoldKind.CODE_UNKNOWN:
            text = _("the ERP has no absence code %s; synchronise codes or choose another")
        case HoldKind.TOO_MANY:
            text = _("implausibly many students of %s would be marked absent")
    return text % subject


def _holds(where: Place) -> Iterator[Need]:
    for hold in attention.open_holds(where.site.pk):
        said = {
            "session": hold.title,
            "day": date_format(hold.day, "j F"),
            "why": hold_words(hold.kind, hold.subject),
        }
        text, verb = _("Absence of %(session)s waits: %(why)s"), _("release")
        if hold.day < where.today:
            text, verb = _("Absence of %(session)s on %(day)s was never marked: %(why)s"), _("look")
        yield Need(_("hold"), "stop", text % said, Act(verb, _url(where, "hold", hold.id)))


def _kiosks(where: Place, kiosks: Iterable[KioskLine]) -> Iterator[Need]:
    for kiosk in kiosks:
        if matter := kiosk_matter(kiosk, where):
            tone = "late" if kiosk.in_service else ""
            act = (
                Act(_("take out"), _url(where, "kiosk_out", kiosk.id))
                if kiosk.in_service
                else Act(_("put back"), _url(where, "kiosk_in", kiosk.id), sends=True)
            )
            yield Need(_("kiosk"), tone, f"{kiosk.name}: {matter}", act)


def _doubtful(where: Place) -> Iterator[Need]:
    for found in attention.doubtful_times(where.site.pk, where.today):
        text = ngettext(
            "%(kiosk)s: %(n)d tap has only an approximate time, because its clock was wrong. "
            "Nobody is marked from it: mark by hand, and set the clock.",
            "%(kiosk)s: %(n)d taps have only an approximate time, because its clock was wrong. "
            "Nobody is marked from them: mark by hand, and set the clock.",
            found.times,
        ) % {"kiosk": found.kiosk, "n": found.times}
        yield Need(_("clock"), "late", text, Act(_("look"), _url(where, "status")))


def _parked(where: Place) -> Iterator[Need]:
    parked = Delivery.objects.filter(state=Delivery.State.SET_ASIDE)
    counted = parked.values("because").annotate(times=Count("pk")).order_by("-times", "because")
    for row in counted[:MOST]:
        text = ngettext(
            "%(n)d message to the ERP was refused: %(why)s",
            "%(n)d messages to the ERP were refused: %(why)s",
            row["times"],
        ) % {"n": row["times"], "why": row["because"]}
        yield Need(_("refused"), "stop", text, Act(_("look"), _url(where, "deliveries")))


def _corrections(where: Place) -> Iterator[Need]:
    for line in to_correct(where.site.pk):
        text = _("%(name)s, %(session)s: correct it in the ERP. %(why)s") % {
            "name": line.name,
            "session": line.title,
            "why": capfirst(line.because),
        }
        act = Act(_("done"), _url(where, "corrected", line.session_id, line.person_id), sends=True)
        yield Need(_("ERP"), "ask", text, act)


def _syncs(where: Place) -> Iterator[Need]:
    for sync in syncs(where.site.pk):
        if not sync.ok:
            text = _("%(what)s could not be fetched from the ERP: %(why)s") % {
                "what": word(sync.what),
                "why": sync.outcome,
            }
            yield Need(_("ERP"), "late", text, Act(_("look"), _url(where, "deliveries")))


def _unknown(where: Place) -> Iterator[Need]:
    for card in attention.unknown_credentials(where.site.pk, where.today):
        text = ngettext(
            "%(what)s %(value)s was shown once, last at %(kiosk)s",
            "%(what)s %(value)s was shown %(n)d times, last at %(kiosk)s",
            card.times,
        ) % {
            "what": word(card.method),
            "value": masked(card.value),
            "n": card.times,
            "kiosk": card.kiosk_id,
        }
        act = Act(_("assign"), _url(where, "assign", digest(card.method, card.value)))
        yield Need(_("unknown"), "", text, act)


def _differences(where: Place) -> Iterator[Need]:
    for difference in attention.differences_of(where.site.pk, where.today):
        text = _("%(name)s was shown “%(shown)s” at %(kiosk)s, but it counts as “%(truth)s”") % {
            "name": difference.name,
            "shown": word(difference.shown),
            "kiosk": difference.kiosk,
            "truth": word(difference.truth),
        }
        act = Act(_("seen"), _url(where, "difference_seen", difference.track_id), sends=True)
        yield Need(_("difference"), "ask", text, act)


def _check_ins(where: Place) -> Iterator[Need]:
    waiting = CheckIn.objects.filter(
        session__site=where.site, state=CheckInState.PENDING.value
    ).count()
    if waiting:
        text = ngettext(
            "%(n)d check-in waits to be confirmed", "%(n)d check-ins wait to be confirmed", waiting
        ) % {"n": waiting}
        yield Need(_("check-in"), "ask", text, Act(_("look"), _url(where, "check_ins")))


def _shared_phones(where: Place) -> Iterator[Need]:
    for phone in shared_phones(Session.objects.filter(site=where.site)):
        at = timezone.localtime(phone.at, where.site.tz)
        text = _(
            "One phone for two people: %(name)s was refused at %(session)s, %(at)s; it had just "
            "checked in %(other)s"
        ) % {
            "name": phone.name,
            "other": phone.other,
            "session": phone.title,
            "at": f"{at:%d.%m. %H:%M}",
        }
        act = Act(_("seen"), _url(where, "phone_seen", phone.id), sends=True)
        yield Need(_("check-in"), "stop", text, act)


def _mismatches(where: Place) -> Iterator[Need]:
    for found in mismatches(where.site.pk, where.today):
        at = timezone.localtime(found.at, where.site.tz)
        text = _(
            "Who showed the card or badge of %(name)s at %(kiosk)s, %(at)s, looks different"
        ) % {
            "name": found.name,
            "kiosk": found.kiosk,
            "at": f"{at:%H:%M}",
        }
        act = Act(_("seen"), _url(where, "mismatch_seen", found.track_id), sends=True)
        yield Need(_("face"), "ask", text, act)


def _only_by_face(where: Place) -> Iterator[Need]:
    for person in only_by_face(where.site.pk, now=where.now):
        text = _("%(name)s has nothing but a face to show: give a card or badge") % {"name": person}
        yield Need(_("face"), "late", text, Act(_("look"), _url(where, "person_face", person.pk)))


def _set_aside(where: Place) -> Iterator[Need]:
    for row in SetAside.objects.filter(settled_at=None).order_by("-received_at")[:MOST]:
        text = _("A message of %(who)s could not be used: %(why)s") % {
            "who": row.kiosk or row.topic,
            "why": row.reason[:160],
        }
        yield Need(_("set aside"), "ask", text, Act(_("look"), _url(where, "message", row.pk)))


def _delayed(where: Place) -> Iterator[Need]:
    late = Delivery.objects.filter(state=Delivery.State.WAITING, attempts__gt=0)
    counted = late.values("because").annotate(times=Count("pk")).order_by("-times", "because")
    for row in counted[:MOST]:
        text = ngettext(
            "%(n)d code is not yet in the ERP: %(why)s",
            "%(n)d codes are not yet in the ERP: %(why)s",
            row["times"],
        ) % {"n": row["times"], "why": row["because"]}
        yield Need(_("late push"), "late", text, Act(_("look"), _url(where, "deliveries")))


def _url(where: Place, page: str, *parts: object) -> str:
    return reverse(f"portal:{page}", args=(where.site.slug, *parts))
