"""`python -m gateway.project.example`: print the example settings, made from the settings."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from types import UnionType
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.project.config import GatewaySettings

HEAD = """\
# Settings of the gateway: /etc/muster/gateway.toml. A line that begins with # shows what holds
# without it. A MUSTER_* variable wins over the file: MUSTER_WEB__PORT is port in [web].
# Readable by the gateway's user alone, for it holds secrets.
"""
MADE_UP = {
    "secret_key": "at-least-32-random-characters-of-your-own",
    "base_url": "https://school.isams.cloud",
    "client_id": "issued-by-isams",
    "client_secret": "issued-by-isams",
}
"""What stands for settings that have no default."""


def text() -> str:
    """The whole file."""
    plain = [line for name, field in _plain(GatewaySettings) for line in _setting(name, field)]
    parts = [line for name, part, off in _parts() for line in _part(name, part, off=off)]
    return "\n".join([HEAD, *plain, *parts])


def _part(name: str, part: type[BaseModel], *, off: bool) -> Iterator[str]:
    yield f"# {part.__doc__}"
    yield f"# [{name}]" if off else f"[{name}]"
    for key, field in _plain(part):
        yield from _setting(key, field, off=off)


def _setting(name: str, field: FieldInfo, *, off: bool = False) -> Iterator[str]:
    told = MADE_UP[name] if field.is_required() else field.default
    mark = "" if field.is_required() and not off else "# "
    yield f"# {field.description}"
    yield f"{mark}{name} = {_toml(told)}"
    yield ""


def _plain(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    return [(n, f) for n, f in model.model_fields.items() if _model_of(f) is None]


def _parts() -> Iterator[tuple[str, type[BaseModel], bool]]:
    for name, field in GatewaySettings.model_fields.items():
        part = _model_of(field)
        if part is not None:
            yield name, part, field.default is None


def _model_of(field: FieldInfo) -> type[BaseModel] | None:
    kinds = get_args(field.annotation) if _is_union(field) else (field.annotation,)
    models = (k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel))
    return next(models, None)


def _is_union(field: FieldInfo) -> bool:
    return isinstance(field.annotation, UnionType)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value or ""}"'


if __name__ == "__main__":
    sys.stdout.write(text())
