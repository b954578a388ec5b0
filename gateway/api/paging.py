"""Long lists come in pages: `limit`, `offset`, and how many there are in all."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Schema
from ninja.pagination import PaginationBase
from pydantic import Field

MOST = 500


class Paged(PaginationBase):
    """Answers `items`, `total`, `limit` and `offset`."""

    class Input(Schema):
        """Which part of the list."""

        limit: int = Field(100, ge=1, le=MOST)
        offset: int = Field(0, ge=0, le=10_000_000)

    class Output(Schema):
        """A part of the list, and how long the whole is."""

        items: list[Any]  # the library puts the item's type here
        total: int
        limit: int
        offset: int

    def paginate_queryset(
        self,
        queryset: "QuerySet[Any]",  # of any model, or a sequence
        pagination: Input,
        request: HttpRequest,  # noqa: ARG002 - the library's signature
        **params: object,  # noqa: ARG002 - the same
    ) -> dict[str, Any]:
        """The asked part; the order is the list's own."""
        end = pagination.offset + pagination.limit
        return {
            "items": list(queryset[pagination.offset : end]),
            "total": self._items_count(queryset),
            "limit": pagination.limit,
            "offset": pagination.offset,
        }
