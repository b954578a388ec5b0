"""Browsers as kiosks: paired once with a code, then known by their token, until revoked."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.db import transaction

from gateway.fleet.errors import NotPaired, UnknownKiosk, WrongKiosk
from gateway.fleet.models import Kiosk, Tablet
from gateway.keys import key_for

CODE_HOLDS = timedelta(minutes=10)
CODE_SIGNS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
"""Signs nobody takes for another."""
CODE_LENGTH = 8
"""650 thousand million codes, of which one place may guess ten in ten minutes."""
SOFTWARE = "tablet page"
NOT_PAIRED = "no browser is paired"
SEEN_APART = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TabletLine:
    """A tablet as staff see it; `code_until` is None when no code is open."""

    id: str
    name: str
    paired_at: datetime | None
    last_heard_at: datetime | None
    code_until: datetime | None


def tablet_lines(site_id: int, *, now: datetime) -> tuple[TabletLine, ...]:
    """The tablets of a site, by name."""
    rows = Tablet.objects.filter(kiosk__site_id=site_id).select_related("kiosk")
    return tuple(
        TabletLine(
            id=row.pk,
            name=row.kiosk.name,
            paired_at=row.paired_at,
            last_heard_at=row.kiosk.last_heard_at,
            code_until=row.code_until if row.code_until and row.code_until > now else None,
        )
        for row in rows.order_by("kiosk__name", "pk")
    )


@transaction.atomic
def add_tablet(*, site_id: int, name: str) -> str:
    """Make room for a tablet, which is a kiosk like any other; answers its id. Raises WrongKiosk.

    It is out of service until it is paired, and has no account at the broker.
    """
    if not name.strip():
        raise WrongKiosk("a tablet needs a name, such as Reception")
    install = uuid4()
    kiosk = Kiosk.objects.create(
        id=f"tablet-{secrets.token_hex(4)}",
        site_id=site_id,
        name=name.strip(),
        in_service=False,
        out_of_service_because=NOT_PAIRED,
        install=install,
        clock_trusted=True,
        software=SOFTWARE,
    )
    Tablet.objects.create(kiosk=kiosk, install=install)
    return kiosk.pk


def new_code(*, kiosk_id: str, now: datetime) -> str:
    """A code that pairs one browser, once, within ten minutes. It is shown this once.

    The browser paired before goes on until the code is used. Raises UnknownKiosk.
    """
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    _change(kiosk_id, code_digest=_code_digest(code), code_until=now + CODE_HOLDS)
    return f"{code[:4]}-{code[4:]}"


@transaction.atomic
def pair(*, code: str, now: datetime) -> str:
    """Let the browser that knows the code be the tablet; answers its token. Raises NotPaired."""
    token = secrets.token_urlsafe(32)
    digest = _code_digest("".join(sign for sign in code.upper() if sign.isalnum()))
    tablet = Tablet.objects.select_for_update().filter(code_digest=digest).first()
    if tablet is None or tablet.code_until is None or tablet.code_until <= now:
        raise NotPaired("this code is wrong, used or older than ten minutes: ask for a new one")
    _change(
        tablet.pk,
        code_digest="",
        code_until=None,
        token_digest=_token_digest(token),
        paired_at=now,
    )
    Kiosk.objects.filter(pk=tablet.pk).update(in_service=True, out_of_service_because="")
    return token


@transaction.atomic
def revoke_tablet(*, kiosk_id: str) -> None:
    """Neither the browser that is paired nor an open code opens anything. Raises UnknownKiosk."""
    _change(kiosk_id, code_digest="", code_until=None, token_digest="", paired_at=None)
    out = {"in_service": False, "out_of_service_because": NOT_PAIRED, "online": False}
    Kiosk.objects.filter(pk=kiosk_id).update(**out)


def tablet_of(token: str) -> Tablet:
    """The tablet that holds this token. Raises NotPaired."""
    known = Tablet.objects.select_related("kiosk__site")
    found = known.filter(token_digest=_token_digest(token)).first()
    if found is None:
        raise NotPaired("this browser is not paired, or was revoked: ask the office for a code")
    return found


def seen(tablet: Tablet, *, now: datetime) -> None:
    """The tablet is switched on and connected; written down now and then."""
    last = tablet.kiosk.last_heard_at
    if last is None or now - last >= SEEN_APART or not tablet.kiosk.online:
        Kiosk.objects.filter(pk=tablet.pk).update(last_heard_at=now, online=True)


def _change(kiosk_id: str, **fields: object) -> None:
    if not Tablet.objects.filter(pk=kiosk_id).update(**fields):
        raise UnknownKiosk(f"no tablet is called {kiosk_id}")


def _code_digest(code: str) -> str:
    """Keyed, because a code is short enough to be found from a plain digest."""
    return hmac.digest(key_for("tablet codes"), code.encode(), sha256).hex()


def _token_digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
