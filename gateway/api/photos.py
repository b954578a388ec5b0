"""Stills of the moment of a tap."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from gateway.api.access import caller
from gateway.attendance.photos import open_photo

router = Router(tags=["attendance"])

PICTURE = {
    "responses": {
        200: {
            "description": "The picture.",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


@router.get("/tracks/{track_id}/photo", openapi_extra=PICTURE)
def get_photo(request: HttpRequest, track_id: UUID) -> HttpResponse:
    """The still of the moment of a track, a JPEG; the log notes who asked for it."""
    jpeg = open_photo(track=track_id, by=caller(request).user_id)
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})
