"""What a tablet's page puts up: the words, icons and colours of every kiosk."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _, gettext_lazy

from gateway.fleet.options import door_options
from gateway.ingest.tablets import Answer, Outcome
from gateway.people.rules import shown_name
from gateway.portal.words import Word
from gateway.timetable.models import Site
from kiosk.protocol.badge_reading import Refusal

ICONS = {
    Outcome.SIGNED_IN: "in",
    Outcome.SIGNED_OUT: "out",
    Outcome.ALREADY_IN: "already",
    Outcome.ALREADY_OUT: "already",
    Outcome.UNKNOWN: "ask",
    Outcome.BLOCKED: "stop",
}
OUTCOMES: dict[Outcome, Word] = {
    Outcome.SIGNED_IN: gettext_lazy("Signed in"),
    Outcome.SIGNED_OUT: gettext_lazy("Signed out"),
    Outcome.ALREADY_IN: gettext_lazy("Already signed in"),
    Outcome.ALREADY_OUT: gettext_lazy("Already signed out"),
    Outcome.UNKNOWN: gettext_lazy("Card not known"),
    Outcome.BLOCKED: gettext_lazy("Card not in use"),
}
EXPIRED = gettext_lazy("This badge has expired")
REFUSALS = frozenset({Outcome.UNKNOWN, Outcome.BLOCKED})


@dataclass(frozen=True, slots=True)
class Told:
    """One answer, large, in the language of who it is for."""

    icon: str
    word: str
    who: str
    when: str
    late: str
    language: str
    direction: str


def told(answer: Answer, site: Site) -> Told:
    """The answer in the person's language; their name only where the site shows names."""
    own = answer.person.language if answer.person else translation.get_language() or "en"
    with translation.override(_spoken(own)):
        late = _("late, %(n)d min") % {"n": answer.late_minutes} if answer.late_minutes else ""
        return Told(
            icon=ICONS[answer.outcome],
            word=_word(answer),
            who=_who(answer, site),
            when=_when(answer, site),
            late=late,
            language=translation.get_language() or "en",
            direction="rtl" if translation.get_language_bidi() else "ltr",
        )


def _spoken(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return "en"


def _word(answer: Answer) -> str:
    is_expired = answer.because is Refusal.BADGE_EXPIRED
    return str(EXPIRED if is_expired else OUTCOMES[answer.outcome])


def _who(answer: Answer, site: Site) -> str:
    if answer.outcome in REFUSALS:
        return _("Please see the office")
    if answer.person is None or not door_options(site.pk).show_names:
        return ""
    return shown_name(answer.person.given_name, answer.person.family_name)


def _when(answer: Answer, site: Site) -> str:
    if answer.since is not None:
        return _("since %(time)s") % {"time": _clock(answer.since, site)}
    if answer.outcome is Outcome.SIGNED_OUT:
        return f"{_clock(answer.at, site)} · {_('see you soon')}"
    return _clock(answer.at, site)


def _clock(at: datetime, site: Site) -> str:
    return f"{timezone.localtime(at, site.tz):%H:%M}"
