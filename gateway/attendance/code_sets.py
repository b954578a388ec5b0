"""Code sets as the files in the folder `codes` tell them. The files are data, as profiles are."""

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.attendance.codes import Code, CodeClass, CodeSet
from gateway.attendance.errors import UnknownCodeSet
from gateway.attendance.values import ExcuseReason, SessionKind

FOLDER = Path(__file__).parent / "codes"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CodeWords(_Part):
    """One code of the file."""

    meaning: str
    counts_as: CodeClass = Field(alias="class")
    by_itself: bool = False


class CodeSetFile(_Part):
    """One file of the folder; every code it names elsewhere is among its `codes`."""

    effective_from: date
    late: str
    after_closing: str
    unexplained: str
    unexplained_school_days: int = Field(ge=1)
    unexplained_then: str
    excused: str
    medical_leave: str
    present: Mapping[SessionKind, str]
    reasons: Mapping[ExcuseReason, str]
    withdrawn: Mapping[str, tuple[str, ...]] = {}
    codes: Mapping[str, CodeWords]

    @model_validator(mode="after")
    def _names_what_there_is(self) -> "CodeSetFile":
        named = {
            self.late, self.after_closing, self.unexplained, self.unexplained_then, self.excused,
            self.medical_leave, *self.present.values(), *self.reasons.values(),
            *(code for codes in self.withdrawn.values() for code in codes),
        }  # fmt: skip
        missing = sorted(named - set(self.codes))
        if missing or set(ExcuseReason) - set(self.reasons):
            raise ValueError(f"every reason has a code, and every code a meaning: {missing}")
        return self


@cache
def code_set(name: str) -> CodeSet:
    """The code set a profile names in `codes`. Raises UnknownCodeSet."""
    path = FOLDER / f"{name}.toml"
    if name not in _names():
        raise UnknownCodeSet(f"there is no code set {name!r}: choose one of {', '.join(_names())}")
    told = CodeSetFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    return CodeSet(
        name=name,
        codes={
            code: Code(code, words.meaning, words.counts_as, words.by_itself)
            for code, words in told.codes.items()
        },
        present=told.present,
        late=told.late,
        after_closing=told.after_closing,
        unexplained=told.unexplained,
        unexplained_school_days=told.unexplained_school_days,
        unexplained_then=told.unexplained_then,
        excused=told.excused,
        medical_leave=told.medical_leave,
        reasons=told.reasons,
        withdrawn=told.withdrawn,
    )


def _names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
