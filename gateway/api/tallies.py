"""What marks and lates come to over dates, rolls that are due, and rolls as files."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from gateway.api import reach
from gateway.api.access import FOR_FAMILIES, FOR_TEACHERS, caller
from gateway.api.clock import now
from gateway.api.parameters import AtSite, Day, Id, site_of
from gateway.attendance import due, exports, lateness, tallying
from gateway.attendance.gathering import Scope
from gateway.attendance.late_rules import Late, Lateness, Per
from gateway.attendance.sheets import sheet_of
from gateway.attendance.tallies import Sums

router = Router(tags=["tallies"], auth=FOR_FAMILIES)

ROLL = {
    "responses": {
        200: {
            "description": "The roll as a file.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("text/csv", exports.CONTENT_TYPES[exports.Format.XLSX])
            },
        }
    }
}


class Over(AtSite):
    """From which school date to which, both included, and of which offering or subject."""

    first: Day
    last: Day
    offering: Id | None = None
    subject: Id | None = None

    def scope(self, request: HttpRequest, person_id: int) -> Scope:
        """The same as attendance knows it, for one of the caller's. Raises NotThere."""
        if self.offering is None:
            reach.kin(request, person_id)
        else:
            reach.belonging(request, self.offering, person_id)
        return Scope(
            reach.site(request, self.site).pk, self.first, self.last, self.offering, self.subject
        )


class LatenessOver(Over):
    """The same, and what lates are added up by."""

    per: Per = Per.PERSON


class AsFile(AtSite):
    """Which kind of file."""

    format: exports.Format = exports.Format.CSV


@router.get("/people/{person_id}/tally", response=Sums)
def get_tally(request: HttpRequest, person_id: Id, asked: Query[Over]) -> Sums:
    """What the marks of a person come to: percentages, absences against the limit, lates."""
    return tallying.sums(person_id, asked.scope(request, person_id), now=now())


@router.get("/people/{person_id}/lates", response=list[Late])
def list_lates(request: HttpRequest, person_id: Id, asked: Query[Over]) -> list[Late]:
    """Every late of a person, in the order they happened."""
    return list(lateness.lates_of([person_id], asked.scope(request, person_id)))


@router.get("/people/{person_id}/lateness", response=list[Lateness])
def list_lateness(
    request: HttpRequest, person_id: Id, asked: Query[LatenessOver]
) -> list[Lateness]:
    """What the lates of a person add up to."""
    return list(lateness.lateness_of([person_id], asked.scope(request, person_id), per=asked.per))


@router.get("/rolls-due", response=list[due.DueRoll], auth=FOR_TEACHERS)
def list_rolls_due(request: HttpRequest, asked: Query[AtSite]) -> list[due.DueRoll]:
    """Rolls that somebody has still to hand in, the longest due first; a teacher's own."""
    who = caller(request)
    if who.is_staff:
        return list(due.rolls_due(site_of(asked.site).pk, now=now()))
    return list(due.rolls_due_of(who.person_id or 0, now=now()))


@router.get("/sessions/{session_id}/export", openapi_extra=ROLL, auth=FOR_TEACHERS)
def export_roll(request: HttpRequest, session_id: Id, asked: Query[AsFile]) -> HttpResponse:
    """The roll as CSV or Excel, its times on the site's clock."""
    session = reach.session(request, session_id)
    sheet = sheet_of(session_id, by=reach.actor(request), now=now())
    octets = exports.exported(sheet, asked.format, zone=session.site.tz)
    name = exports.file_name(sheet, asked.format)
    return HttpResponse(
        octets,
        content_type=exports.CONTENT_TYPES[asked.format],
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )
