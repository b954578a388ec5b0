"""The still of a tap, opened for somebody of the staff."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from gateway.attendance.errors import NoPhoto, PhotoUnreadable
from gateway.attendance.photos import open_photo
from gateway.portal.access import office_page
from gateway.portal.frame import place


@office_page
def photo(request: HttpRequest, site: str, track_id: UUID) -> HttpResponse:
    """The picture itself; nothing keeps a copy of it, and the log notes who saw it."""
    where = place(site)
    try:
        jpeg = open_photo(track=track_id, by=request.user.pk or 0, site_id=where.site.pk)
    except (NoPhoto, PhotoUnreadable) as missing:
        raise Http404(str(missing)) from missing
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})
