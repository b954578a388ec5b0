"""Faces by face_recognition, that is dlib: HOG detector, 5-point shape, ResNet measures.

dlib holds Python's lock while it measures, some 80 ms here: use it in a process of its own
(`drivers.face.apart`), or every other thread waits.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Any

from drivers.camera.camera import GRAY, RGB, Frame
from drivers.errors import DeviceAway, DeviceMisread
from drivers.face.engine import Face, Measures

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, Any]  # numpy's own way to say: of whatever shape and kind

SMALLEST_FOUND_PX = 80
"""Width of the smallest face that the detector finds without enlarging the picture."""

EYE_POINTS = 6


class DlibFaceEngine:
    """Loads the models when it is made: a second or two, and some 150 MB."""

    def __init__(self) -> None:
        """Raises DeviceAway when the library or its models are missing."""
        self._library = _load()

    def find(self, frame: Frame, *, smallest_px: int, eyes: bool = False) -> tuple[Face, ...]:
        """The faces, the largest first. The picture is shrunk as far as `smallest_px` allows."""
        pixels = _pixels(frame)
        scale = max(1, smallest_px // SMALLEST_FOUND_PX)
        small = _pixels(_shrunk(frame, scale))
        found = self._library.face_locations(small, number_of_times_to_upsample=0)
        faces = [_face(tuple(edge * scale for edge in edges), frame) for edges in found]
        large = [face for face in faces if face.width >= smallest_px]
        if eyes:
            large = [self._with_eyes(pixels, face) for face in large]
        return tuple(sorted(large, key=lambda face: -face.width * face.height))

    def measure(self, frame: Frame, face: Face) -> Measures:
        """The face's 128 measures."""
        known = [_edges(face)]
        (numbers,) = self._library.face_encodings(_pixels(frame), known, model="small")
        return Measures.of(float(number) for number in numbers)

    def close(self) -> None:
        """Nothing is held but memory."""

    def _with_eyes(self, pixels: "Pixels", face: Face) -> Face:
        (marks,) = self._library.face_landmarks(pixels, [_edges(face)])
        ratios = [openness(marks[eye]) for eye in ("left_eye", "right_eye")]
        return Face(face.left, face.top, face.width, face.height, sum(ratios) / len(ratios))


def openness(points: list[tuple[int, int]]) -> float:
    """The eye aspect ratio of six points round one eye (Soukupová and Čech, 2016)."""
    if len(points) != EYE_POINTS:
        raise DeviceMisread(f"an eye has {EYE_POINTS} points, not {len(points)}")
    at = [complex(*point) for point in points]
    height = abs(at[1] - at[5]) + abs(at[2] - at[4])
    return height / (2 * abs(at[0] - at[3]) or 1)


def _load() -> ModuleType:
    """The library; without its models its import ends the program, with status 0."""
    try:
        import face_recognition  # noqa: PLC0415 - 150 MB, for kiosks with faces alone
    except (ImportError, SystemExit, RuntimeError, OSError) as missing:
        raise DeviceAway(
            f"face_recognition cannot be loaded ({missing}): install the kiosk's hardware "
            "libraries (provisioning/machine.py kiosk)"
        ) from missing
    return face_recognition  # type: ignore[no-any-return]  # the library is not typed


def _pixels(frame: Frame) -> "Pixels":
    """The picture as dlib takes it: rows, columns, three colours."""
    import numpy as np  # noqa: PLC0415 - with the library above

    pixels = np.frombuffer(frame.pixels, dtype=np.uint8)
    pixels = pixels.reshape(frame.height, frame.width, frame.depth)
    return np.repeat(pixels, RGB, axis=2) if frame.depth == GRAY else pixels


def _shrunk(frame: Frame, scale: int) -> Frame:
    """The picture at a whole fraction of its size, each pixel the mean of those it stands for."""
    if scale == 1:
        return frame
    from PIL import Image  # noqa: PLC0415 - with the library above

    mode = "L" if frame.depth == GRAY else "RGB"
    small = Image.frombytes(mode, (frame.width, frame.height), frame.pixels).reduce(scale)
    return Frame(small.width, small.height, frame.depth, small.tobytes())


def _face(edges: tuple[int, ...], frame: Frame) -> Face:
    """From dlib's top, right, bottom, left, cut at the frame."""
    top, right, bottom, left = edges
    top, left = max(top, 0), max(left, 0)
    return Face(left, top, min(right, frame.width) - left, min(bottom, frame.height) - top)


def _edges(face: Face) -> tuple[int, int, int, int]:
    return face.top, face.left + face.width, face.top + face.height, face.left
