"""Every text the kiosk shows, in each language it speaks."""

from enum import StrEnum

from kiosk.protocol.badge_reading import Refusal
from kiosk.visit import Outcome

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar"})


class Word(StrEnum):
    """What is said beside an outcome."""

    SEE_OFFICE = "see_office"
    CANNOT_SAVE = "cannot_save"
    LATE = "late"
    SINCE = "since"
    GOODBYE = "goodbye"
    SAVED_HERE = "saved_here"
    INSTRUCTION = "instruction"
    ONLINE = "online"
    OFFLINE = "offline"
    WAITING = "waiting"
    CANNOT_RECORD = "cannot_record"
    TIME_APPROXIMATE = "time_approximate"
    TITLE = "title"
    NOT_CONNECTED = "not_connected"


class Brief(StrEnum):
    """An outcome in one word, for the foot."""

    IN = "in"
    OUT = "out"
    ALREADY = "already"
    ASK = "ask"
    STOP = "stop"


Sayable = Outcome | Refusal | Word | Brief

_ENGLISH: dict[Sayable, str] = {
    Outcome.SIGNED_IN: "Signed in",
    Outcome.SIGNED_OUT: "Signed out",
    Outcome.ALREADY_IN: "Already signed in",
    Outcome.ALREADY_OUT: "Already signed out",
    Outcome.UNKNOWN: "Card not known",
    Outcome.BLOCKED: "Card not in use",
    Outcome.NOT_RECORDED: "Not recorded",
    Refusal.BADGE_EXPIRED: "This code has expired",
    Refusal.CLOCK_UNSURE: "Please use your card: the clock here is not set",
    Word.SEE_OFFICE: "Please see the office",
    Word.CANNOT_SAVE: "This kiosk cannot save right now.",
    Word.LATE: "late, {minutes} min",
    Word.SINCE: "since {time}",
    Word.GOODBYE: "see you soon",
    Word.SAVED_HERE: "saved here",
    Word.INSTRUCTION: "Hold your card or code to the reader",
    Word.ONLINE: "Online",
    Word.OFFLINE: "Offline",
    Word.WAITING: "Saved here · {count} waiting to be sent",
    Word.CANNOT_RECORD: "Cannot save: please tell the office",
    Word.TIME_APPROXIMATE: "Time approximate",
    Word.TITLE: "Sign in and out",
    Word.NOT_CONNECTED: "This screen is waiting for the kiosk",
    Brief.IN: "in",
    Brief.OUT: "out",
    Brief.ALREADY: "already",
    Brief.ASK: "not known",
    Brief.STOP: "see the office",
}
_GERMAN: dict[Sayable, str] = {
    Outcome.SIGNED_IN: "Angemeldet",
    Outcome.SIGNED_OUT: "Abgemeldet",
    Outcome.ALREADY_IN: "Schon angemeldet",
    Outcome.ALREADY_OUT: "Schon abgemeldet",
    Outcome.UNKNOWN: "Karte nicht bekannt",
    Outcome.BLOCKED: "Karte nicht gültig",
    Outcome.NOT_RECORDED: "Nicht erfasst",
    Refusal.BADGE_EXPIRED: "Dieser Code ist abgelaufen",
    Refusal.CLOCK_UNSURE: "Bitte Karte benutzen: die Uhr hier ist nicht gestellt",
    Word.SEE_OFFICE: "Bitte im Büro melden",
    Word.CANNOT_SAVE: "Dieses Gerät kann gerade nicht speichern.",
    Word.LATE: "{minutes} Min. zu spät",
    Word.SINCE: "seit {time}",
    Word.GOODBYE: "bis bald",
    Word.SAVED_HERE: "hier gespeichert",
    Word.INSTRUCTION: "Karte oder Code an den Leser halten",
    Word.ONLINE: "Verbunden",
    Word.OFFLINE: "Nicht verbunden",
    Word.WAITING: "Hier gespeichert · {count} noch zu senden",
    Word.CANNOT_RECORD: "Kann nicht speichern: bitte im Büro melden",
    Word.TIME_APPROXIMATE: "Uhrzeit ungefähr",
    Word.TITLE: "An- und Abmelden",
    Word.NOT_CONNECTED: "Dieser Bildschirm wartet auf das Gerät",
    Brief.IN: "an",
    Brief.OUT: "ab",
    Brief.ALREADY: "schon",
    Brief.ASK: "nicht bekannt",
    Brief.STOP: "bitte ins Büro",
}
_ARABIC: dict[Sayable, str] = {
    Outcome.SIGNED_IN: "تم تسجيل الدخول",
    Outcome.SIGNED_OUT: "تم تسجيل الخروج",
    Outcome.ALREADY_IN: "تم تسجيل الدخول من قبل",
    Outcome.ALREADY_OUT: "تم تسجيل الخروج من قبل",
    Outcome.UNKNOWN: "البطاقة غير معروفة",
    Outcome.BLOCKED: "البطاقة غير صالحة",
    Outcome.NOT_RECORDED: "لم يتم التسجيل",
    Refusal.BADGE_EXPIRED: "انتهت صلاحية هذا الرمز",
    Refusal.CLOCK_UNSURE: "يرجى استخدام البطاقة: الساعة هنا غير مضبوطة",
    Word.SEE_OFFICE: "يرجى مراجعة المكتب",
    Word.CANNOT_SAVE: "لا يمكن لهذا الجهاز الحفظ الآن.",
    Word.LATE: "متأخر {minutes} دقيقة",
    Word.SINCE: "منذ {time}",
    Word.GOODBYE: "إلى اللقاء",
    Word.SAVED_HERE: "محفوظ هنا",
    Word.INSTRUCTION: "ضع بطاقتك أو رمزك أمام القارئ",
    Word.ONLINE: "متصل",
    Word.OFFLINE: "غير متصل",
    Word.WAITING: "محفوظ هنا · {count} بانتظار الإرسال",
    Word.CANNOT_RECORD: "لا يمكن الحفظ: يرجى إبلاغ المكتب",
    Word.TIME_APPROXIMATE: "الوقت تقريبي",
    Word.TITLE: "تسجيل الدخول والخروج",
    Word.NOT_CONNECTED: "هذه الشاشة بانتظار الجهاز",
    Brief.IN: "دخول",
    Brief.OUT: "خروج",
    Brief.ALREADY: "من قبل",
    Brief.ASK: "غير معروفة",
    Brief.STOP: "راجع المكتب",
}
CATALOGUE = {"en": _ENGLISH, "de": _GERMAN, "ar": _ARABIC}


def known(language: str) -> str:
    """The language itself, its plain form ("de-AT" is "de"), or English."""
    plain = language.split("-", maxsplit=1)[0].lower()
    return plain if plain in CATALOGUE else FALLBACK


def say(word: Sayable, language: str, **values: object) -> str:
    """The text of `word`, with its values put in."""
    return CATALOGUE[known(language)][word].format(**values)


def direction(language: str) -> str:
    """`rtl` or `ltr`, as HTML writes it."""
    return "rtl" if known(language) in RIGHT_TO_LEFT else "ltr"
