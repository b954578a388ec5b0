"""Finding people: by name, by year group, a page at a time."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, FilteredRelation, Q, QuerySet

from gateway.people.models import Person

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One page of people; `of` is how many were found in all."""

    people: tuple[Person, ...]
    page: int
    pages: int
    of: int


def find_people(*, search: str, year_group: int | None, day: date, page: int) -> Found:
    """The people whose name holds every word of `search`, by family name.

    Each carries its year group of the day, empty for who is not enrolled, and how many
    credentials it holds.
    """
    rows = _named(search)
    if year_group is not None:
        rows = rows.filter(_enrolled(day), enrolments__year_group_id=year_group)
    of = rows.count()
    pages = max(1, -(-of // A_PAGE))
    page = min(max(1, page), pages)
    shown = _with_details(rows, day)[(page - 1) * A_PAGE : page * A_PAGE]
    return Found(tuple(shown), page, pages, of)


def _named(search: str) -> QuerySet[Person]:
    rows = Person.objects.filter(active=True)
    for part in search.split():
        rows = rows.filter(Q(given_name__icontains=part) | Q(family_name__icontains=part))
    return rows


def _with_details(rows: QuerySet[Person], day: date) -> QuerySet[Person]:
    today = FilteredRelation("enrolments", condition=_enrolled(day))
    return (
        rows.annotate(today=today, year_group=F("today__year_group__name"))
        .annotate(cards=Count("credentials", distinct=True))
        .order_by("family_name", "given_name", "pk")
    )


def _enrolled(day: date) -> Q:
    return Q(enrolments__starts_on__lte=day) & (
        Q(enrolments__ends_on=None) | Q(enrolments__ends_on__gte=day)
    )
