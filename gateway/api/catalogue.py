"""What offerings have in common: subjects, grade levels, courses, rooms."""

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import Field

from gateway.api.paging import Paged
from gateway.api.parameters import AtSite, Id, Name, SlugText, Tag, Title, site_of
from gateway.timetable import offerings
from gateway.timetable.models import Course, GradeLevel, Room, Subject

router = Router(tags=["offerings"])
LARGEST = 32_767


class SubjectIn(Schema):
    """What is taught."""

    name: Name


class SubjectOut(SubjectIn):
    """A subject."""

    id: int


class GradeLevelIn(Schema):
    """How far learners are; the smallest position comes first."""

    name: Name
    position: int = Field(0, ge=0, le=LARGEST)


class GradeLevelOut(GradeLevelIn):
    """A grade level."""

    id: int


class CourseIn(Schema):
    """What several offerings have in common; `tag` groups courses."""

    name: Title
    tag: Tag = ""
    subject_id: Id | None = None
    grade_level_id: Id | None = None


class CourseOut(Schema):
    """A course."""

    id: int
    name: str
    tag: str
    subject_id: int | None
    grade_level_id: int | None


class RoomIn(Schema):
    """Where a session meets."""

    site: SlugText | None = None
    name: Name
    seats: int | None = Field(None, ge=0, le=LARGEST)


class RoomOut(Schema):
    """A room of a site."""

    id: int
    site_id: int
    name: str
    seats: int | None


@router.get("/subjects", response=list[SubjectOut])
@paginate(Paged)
def list_subjects(request: HttpRequest) -> "QuerySet[Subject]":
    """Subjects by name."""
    return Subject.objects.order_by("name")


@router.post("/subjects", response={201: SubjectOut})
def put_subject(request: HttpRequest, told: SubjectIn) -> Status[Subject]:
    """Add a subject; the same again is the same one."""
    return Status(201, offerings.upsert_subject(name=told.name))


@router.get("/grade-levels", response=list[GradeLevelOut])
@paginate(Paged)
def list_grade_levels(request: HttpRequest) -> "QuerySet[GradeLevel]":
    """Grade levels in their order."""
    return GradeLevel.objects.all()


@router.post("/grade-levels", response={201: GradeLevelOut})
def put_grade_level(request: HttpRequest, told: GradeLevelIn) -> Status[GradeLevel]:
    """Add a grade level, or move the one of this name."""
    return Status(201, offerings.upsert_grade_level(name=told.name, position=told.position))


@router.get("/courses", response=list[CourseOut])
@paginate(Paged)
def list_courses(request: HttpRequest) -> "QuerySet[Course]":
    """Courses by name."""
    return Course.objects.order_by("name")


@router.post("/courses", response={201: CourseOut})
def put_course(request: HttpRequest, told: CourseIn) -> Status[Course]:
    """Add a course, or change the one of this name."""
    return Status(201, offerings.upsert_course(**told.model_dump()))


@router.get("/rooms", response=list[RoomOut])
@paginate(Paged)
def list_rooms(request: HttpRequest, asked: Query[AtSite]) -> "QuerySet[Room]":
    """The rooms of a site by name."""
    return Room.objects.filter(site=site_of(asked.site)).order_by("name")


@router.post("/rooms", response={201: RoomOut})
def put_room(request: HttpRequest, told: RoomIn) -> Status[Room]:
    """Add a room, or change the one of this name."""
    site = site_of(told.site)
    return Status(201, offerings.upsert_room(site_id=site.pk, name=told.name, seats=told.seats))
