"""Frames of QR codes as a door's camera sees them, made from a seed; nothing of them is stored."""

import random
from dataclasses import dataclass

import numpy
import segno
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from drivers.camera.camera import GRAY, Frame

SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
Pixels = NDArray[numpy.float32]


@dataclass(frozen=True, slots=True)
class Look:
    """How a code is held: pixels a module, and what spoils the picture."""

    module: float = 5
    turn: float = 0
    tilt: float = 0
    blur: float = 0
    noise: float = 0
    contrast: float = 1
    glare: float = 0


VGA, HD = (640, 480), (1280, 720)
LOOKS = {
    "clean": Look(),
    "rotated": Look(turn=33),
    "upside down": Look(turn=171),
    "tilted": Look(tilt=0.18),
    "strongly tilted": Look(tilt=0.32),
    "blurred": Look(blur=1.6),
    "strongly blurred": Look(blur=2.5),
    "noisy": Look(noise=25),
    "very noisy": Look(noise=50),
    "small": Look(module=3),
    "very small": Look(module=2),
    "too small": Look(module=1.6),
    "low contrast": Look(contrast=0.3),
    "phone with glare": Look(module=4, glare=150, contrast=0.8, turn=8),
    "all at once": Look(module=4, turn=20, blur=1.2, noise=15),
}


def payload(seed: int, length: int = 67) -> str:
    """A text of the signs QR codes hold best."""
    return "".join(random.Random(seed).choices(SIGNS, k=length))


def frame(text: str, look: Look, *, seed: int, size: tuple[int, int] = VGA) -> Frame:
    """A code that says `text`, somewhere in a picture of `size`."""
    chance = numpy.random.default_rng(seed)
    scene = backdrop(chance, size)
    code, held = _held(text, look, chance, size)
    scene = scene * (1 - held) + code * held
    if look.glare:
        scene = scene + look.glare * _spot(chance, held)
    return _seen(scene, look, chance)


def empty(*, seed: int, size: tuple[int, int] = VGA, noise: float = 4) -> Frame:
    """A picture of an entrance nobody stands in."""
    chance = numpy.random.default_rng(seed)
    return _seen(backdrop(chance, size), Look(noise=noise), chance)


def mutated(made: Frame, *, seed: int) -> Frame:
    """The frame with a part of it damaged: a smear, a stripe, a block, flipped pixels."""
    chance = numpy.random.default_rng(seed)
    pixels = numpy.frombuffer(made.pixels, dtype=numpy.uint8).reshape(made.height, made.width)
    spoilt = pixels.copy()
    for _ in range(int(chance.integers(1, 6))):
        height, width = (int(chance.integers(2, side // 6)) for side in pixels.shape)
        top, left = chance.integers(0, made.height - height), chance.integers(0, made.width - width)
        block = spoilt[top : top + height, left : left + width]
        match chance.integers(0, 4):
            case 0:
                block[:] = chance.integers(0, 256)
            case 1:
                block[:] = 255 - block
            case 2:
                block[:] = numpy.roll(
                    block, int(chance.integers(1, 9)), axis=int(chance.integers(2))
                )
            case _:
                block[:] = chance.integers(0, 256, block.shape)
    return Frame(made.width, made.height, GRAY, spoilt.tobytes())


def backdrop(chance: numpy.random.Generator, size: tuple[int, int]) -> Pixels:
    """Walls, shadows and things with edges."""
    width, height = size
    coarse = Image.fromarray(chance.integers(60, 200, (6, 8), dtype=numpy.uint8))
    scene = numpy.asarray(coarse.resize(size, Image.Resampling.BICUBIC), dtype=numpy.float32).copy()
    for _ in range(14):
        left, top = int(chance.integers(0, width)), int(chance.integers(0, height))
        wide, high = (int(chance.integers(4, side // 3)) for side in size)
        scene[top : top + high, left : left + wide] += chance.integers(-60, 60)
    return scene


def _held(
    text: str, look: Look, chance: numpy.random.Generator, size: tuple[int, int]
) -> tuple[Pixels, Pixels]:
    """The code laid into the frame, and where it covers the scene."""
    printed = _printed(text)
    corners = _corners(printed.width * look.module, look, chance, size)
    to_sheet = _perspective(corners, printed.width)
    code = _laid(printed, to_sheet, size)
    held = _laid(Image.new("L", printed.size, 255), to_sheet, size) / numpy.float32(255)
    paper = numpy.asarray(code / held.clip(min=1 / 255), dtype=numpy.float32)
    return paper, held


def _printed(text: str) -> Image.Image:
    """The code on white paper, a pixel a module."""
    matrix = segno.make(text, micro=False, error="m").matrix
    modules = numpy.array([list(row) for row in matrix], dtype=numpy.uint8)
    return Image.fromarray(numpy.pad((1 - modules) * 215 + 20, 4, constant_values=235))


def _laid(sheet: Image.Image, to_sheet: list[float], size: tuple[int, int]) -> Pixels:
    """The sheet as it lies in the frame: twice as fine, then halved, as a camera's pixel sees."""
    finer = [number / (1, 2)[place % 3 != 2] for place, number in enumerate(to_sheet)]
    large = sheet.transform(
        (size[0] * 2, size[1] * 2), Image.Transform.PERSPECTIVE, finer, Image.Resampling.NEAREST
    )
    return numpy.asarray(large.resize(size, Image.Resampling.BOX), dtype=numpy.float32)


def _corners(
    side: float, look: Look, chance: numpy.random.Generator, size: tuple[int, int]
) -> Pixels:
    """Where the sheet's corners come to lie in the frame, clockwise from the first."""
    half = side / 2
    corners = numpy.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    corners[:, 0] *= 1 - look.tilt * (corners[:, 1] / half + 1) / 2
    corners[:, 1] *= 1 - look.tilt / 2
    angle = numpy.deg2rad(look.turn + chance.uniform(-4, 4))
    sine, cosine = numpy.sin(angle), numpy.cos(angle)
    turned = corners @ numpy.array([[cosine, sine], [-sine, cosine]])
    free = (numpy.array(size) - numpy.ptp(turned, axis=0)).clip(min=0) / 2
    placed = turned + numpy.array(size) / 2 + chance.uniform(-0.9, 0.9, 2) * free
    return numpy.asarray(placed, dtype=numpy.float32)


def _perspective(corners: Pixels, side: float) -> list[float]:
    """Pillow's eight numbers that take the frame's points to the sheet's."""
    sheet = [(0, 0), (side, 0), (side, side), (0, side)]
    lines, told = [], []
    for (x, y), (u, v) in zip(corners.tolist(), sheet, strict=True):
        lines += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        told += [u, v]
    solved: list[float] = numpy.linalg.solve(numpy.array(lines), numpy.array(told)).tolist()
    return solved


def _seen(scene: Pixels, look: Look, chance: numpy.random.Generator) -> Frame:
    """The scene as the sensor delivers it."""
    height, width = scene.shape
    scene = (scene - 128) * look.contrast + 128
    if look.blur:
        soft = Image.fromarray(scene.clip(0, 255).astype(numpy.uint8))
        softened = soft.filter(ImageFilter.GaussianBlur(look.blur))
        scene = numpy.asarray(softened, dtype=numpy.float32)
    noisy = scene + chance.normal(0, look.noise or 1.5, scene.shape)
    return Frame(width, height, GRAY, noisy.clip(0, 255).astype(numpy.uint8).tobytes())


def _spot(chance: numpy.random.Generator, held: Pixels) -> Pixels:
    """A lamp's reflection on the code: 1 in its middle, falling to 0."""
    lines, columns = numpy.nonzero(held)
    side = numpy.ptp(columns)
    at_x = columns.mean() + chance.uniform(-0.5, 0.5) * side
    at_y = lines.mean() + chance.uniform(-0.5, 0.5) * side
    y, x = numpy.mgrid[0 : held.shape[0], 0 : held.shape[1]]
    far = ((x - at_x) / (side / 2)) ** 2 + ((y - at_y) / (side / 4)) ** 2
    return numpy.asarray(numpy.exp(-far), dtype=numpy.float32)
