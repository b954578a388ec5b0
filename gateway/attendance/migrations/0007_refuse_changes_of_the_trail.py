"""The store refuses to change or delete revisions and seals."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from gateway.attendance import append_only


def refuse(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.refuse_changes(schema_editor.connection)


def allow(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.allow_changes(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("attendance", "0006_chain_what_was_said")]

    operations = [migrations.RunPython(refuse, allow)]
