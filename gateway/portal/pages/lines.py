"""Acts on single lines of the board: a difference seen, a correction made in the ERP."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gateway.attendance.services import see_difference
from gateway.erp.services import note_corrected
from gateway.portal.access import office_page
from gateway.portal.acts import act
from gateway.portal.frame import place


@require_POST
@office_page
def difference_seen(request: HttpRequest, site: str, track_id: UUID) -> HttpResponse:
    """Somebody knows that a kiosk showed the wrong direction; the line leaves the board."""
    where = place(site)
    return act(
        request,
        lambda: see_difference(track_id=track_id, by=request.user.get_username(), now=where.now),
        done=_("Noted."),
        back="board",
        at=(site,),
    )


@require_POST
@office_page
def corrected(request: HttpRequest, site: str, session_id: int, person_id: int) -> HttpResponse:
    """Somebody has put the entry right in the ERP; the line leaves the board."""
    where = place(site)
    return act(
        request,
        lambda: note_corrected(
            session_id=session_id,
            person_id=person_id,
            by=request.user.get_username(),
            now=where.now,
        ),
        done=_("Noted."),
        back="board",
        at=(site,),
    )
