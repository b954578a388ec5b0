"""Finding somebody by what is known of a name or an e-mail address, however it is spelled."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, F, Func, Value
from django.db.models.functions import Concat
from django.db.models.sql.compiler import SQLCompiler

from gateway.people.models import Person
from kiosk.protocol.messages import PersonKind

SHORTEST = 2
"""So many letters are looked for at least."""
MOST_WORDS = 5
_ACCENTS = "[\u0300-\u036f\u064b-\u065f\u0670]"
"""Marks over Latin, Greek and Cyrillic letters, and the vowel signs of Arabic."""
_LETTERS = str.maketrans("øłđı", "oldi")


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who may be meant; a `provisional` one was only written down at a door."""

    person_id: int
    name: str
    email: str
    kind: PersonKind
    provisional: bool


def folded(text: str) -> str:
    """The text without accents and capitals, as both stores fold it: `Müller` is `muller`."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss").translate(_LETTERS))
    return re.sub(_ACCENTS, "", plain)


def find_active(text: str, *, most: int = 20) -> tuple[Found, ...]:
    """Active people in whose name every word of the text occurs, by name.

    A word with an @ is a whole e-mail address: parts of one would spell it out to who may not
    know it. At most `most`; nobody while fewer than two letters are given.
    """
    words = folded("".join(sign for sign in text if sign.isprintable())).split()[:MOST_WORDS]
    if sum(map(len, words)) < SHORTEST:
        return ()
    _teach_sqlite()
    rows = Person.objects.filter(active=True, merged_into=None).annotate(
        said=_Folded(_said()), address=_Folded(F("email"))
    )
    for word in words:
        rows = rows.filter(address=word) if "@" in word else rows.filter(said__contains=word)
    columns = ("pk", "given_name", "family_name", "email", "kind", "provisional")
    found = rows.order_by("family_name", "given_name", "pk").values_list(*columns)[:most]
    return tuple(
        Found(person, f"{given} {family}".strip(), email, PersonKind(kind), provisional)
        for person, given, family, email, kind, provisional in found
    )


class _Folded(Func):
    """`folded`, where the rows are."""

    function = "muster_folded"
    output_field = CharField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, Sequence[Any]]:  # what a statement may be given
        letters = "translate(replace(lower(%(expressions)s), 'ß', 'ss'), 'øłđı', 'oldi')"
        template = f"regexp_replace(normalize({letters}, NFKD), '{_ACCENTS}', '', 'g')"
        return self.as_sql(compiler, connection, template=template)


def _said() -> Concat:
    return Concat(F("given_name"), Value(" "), F("family_name"), output_field=CharField())


def _teach_sqlite() -> None:
    """SQLite folds only a to z by itself."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("muster_folded", 1, folded, deterministic=True)
