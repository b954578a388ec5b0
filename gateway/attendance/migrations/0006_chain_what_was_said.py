"""What was said before revisions were chained is chained now, and marks stand on its end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMNS = (
    "session_id", "person_id", "base", "late_minutes", "left_early_minutes", "partial", "reason",
    "note", "arrived_at", "why", "before", "author", "author_name", "source", "act", "undoes",
    "made_at",
)


def chain(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A trail in which one revision has no chain is chained from its begin to its end."""
    revisions = apps.get_model("attendance", "MarkRevision").objects
    marks = apps.get_model("attendance", "Mark").objects
    unchained = revisions.filter(chain="").values_list("session_id", flat=True).distinct()
    for session in list(unchained.order_by("session_id")):
        rows = revisions.filter(session_id=session).order_by("person_id", "pk")
        found = list(rows.values_list("person_id", "pk", "chain", *COLUMNS))
        for person, group in groupby(found, key=itemgetter(0)):
            trail = list(group)
            if all(row[2] for row in trail):
                continue
            end = ""
            for pk, end in _chained(trail):
                revisions.filter(pk=pk).update(chain=end)
            marks.filter(session_id=session, person_id=person).update(chain=end)


def _chained(trail: list[tuple[Any, ...]]) -> Iterator[tuple[int, str]]:
    before = ""
    for _, pk, _, *fields in trail:
        text = json.dumps([before, *fields], default=_plain)
        before = sha256(text.encode()).hexdigest()
        yield pk, before


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


class Migration(migrations.Migration):

    dependencies = [("attendance", "0005_add_sessions_of_offerings")]

    operations = [migrations.RunPython(chain, migrations.RunPython.noop)]
