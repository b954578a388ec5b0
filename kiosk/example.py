"""`python -m kiosk.example`: print the example settings file, made from the settings themselves."""

import sys
from datetime import timedelta
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from kiosk.settings import KioskSettings

REQUIRED = {"kiosk": '"front-door"', "site": '"main"', "ca": '"/etc/muster/site-ca.pem"'}
HEAD = "# Settings of one kiosk. A line that begins with # shows what holds without it.\n"


def example() -> str:
    """The whole example file."""
    return HEAD + "\n".join(_lines(KioskSettings, "")) + "\n"


def _lines(model: type[BaseModel], path: str) -> list[str]:
    plain, parts = [], []
    for name, field in model.model_fields.items():
        part = _part_of(field)
        if part is None:
            plain += ["", f"# {field.description}", _setting(name, field)]
        else:
            inner = f"{path}{name}"
            mark = "# " if field.default is None else ""
            parts += ["", f"# {field.description}", f"{mark}[{inner}]"]
            parts += [
                mark + line if mark and line and not line.startswith("#") else line
                for line in _lines(part, f"{inner}.")
            ]
    return plain + parts


def _setting(name: str, field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return f"{name} = {REQUIRED[name]}"
    if field.default is None:
        return f'# {name} = ""'
    return f"# {name} = {_toml(field.default)}"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    return str(value) if isinstance(value, int) else f'"{value}"'


def _part_of(field: FieldInfo) -> type[BaseModel] | None:
    """The settings model a field holds; None for a plain setting."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind
    return None


if __name__ == "__main__":
    sys.stdout.write(example())
