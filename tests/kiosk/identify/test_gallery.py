import math
import random

import pytest

from drivers.face.engine import MEASURES, Measures
from kiosk.identify.gallery import Gallery, KnownFace, Match, verdict
from kiosk.protocol.remarks import FaceVerdict

MIA, BEN = 1, 2


def at(place: float) -> Measures:
    """A face `place` away from the face at 0."""
    return Measures.of([place] + [0.0] * (MEASURES - 1))


def gallery(**places: float) -> Gallery:
    people = {"mia": MIA, "again": MIA, "ben": BEN}
    return Gallery(KnownFace(people[name], at(place)) for name, place in places.items())


def identified(known: Gallery, place: float) -> int | None:
    match = known.identify(at(place), threshold=0.5, margin=0.05)
    return match.person if match else None


def test_the_nearest_face_is_who_it_is() -> None:
    match = gallery(mia=0, ben=1).identify(at(0.25), threshold=0.5, margin=0.05)

    assert match == Match(MIA, 0.25)


def test_a_face_far_from_all_is_nobodys() -> None:
    assert identified(gallery(mia=0, ben=2), 0.75) is None


def test_a_near_tie_of_two_people_is_no_match() -> None:
    assert identified(gallery(mia=0, ben=0.5), 0.24) is None
    assert identified(gallery(mia=0, ben=0.5), 0.2) == MIA


def test_two_measurings_of_one_person_are_no_tie() -> None:
    assert identified(gallery(mia=0, again=0.01, ben=1), 0.0) == MIA


def test_an_empty_gallery_knows_nobody() -> None:
    assert identified(gallery(), 0.0) is None
    assert gallery().distance(MIA, at(0)) is None


def test_the_distance_to_one_person_is_to_their_nearest_measuring() -> None:
    known = gallery(mia=0, again=0.5, ben=0.75)

    assert known.distance(MIA, at(0.75)) == 0.25
    assert len(known) == 3


def test_one_product_measures_as_well_as_one_by_one() -> None:
    rolled = random.Random(7)
    faces = [Measures.of(rolled.gauss(0, 0.1) for _ in range(MEASURES)) for _ in range(50)]
    known = Gallery(KnownFace(person, face) for person, face in enumerate(faces))
    asked = faces[3].numbers()

    for person, face in enumerate(faces):
        exactly = math.dist(asked, face.numbers())
        assert known.distance(person, faces[3]) == pytest.approx(exactly, abs=1e-3)


@pytest.mark.parametrize(
    ("distance", "told"),
    [(0.5, FaceVerdict.HOLDER), (0.54, FaceVerdict.UNSURE), (0.7, FaceVerdict.ANOTHER)],
)
def test_a_distance_just_over_the_threshold_is_left_open(
    distance: float, told: FaceVerdict
) -> None:
    assert verdict(distance, threshold=0.5, margin=0.05) is told
