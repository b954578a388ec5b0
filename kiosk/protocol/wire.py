"""What every message of the wire contract is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

VERSION = 1

Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
CredentialValue = Annotated[str, Field(min_length=1, max_length=512)]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")]


class Wire(BaseModel):
    """Base of everything that travels: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Wire):
    """Base of every message; `v` is the version of the contract it was written to."""

    v: Literal[1] = 1
