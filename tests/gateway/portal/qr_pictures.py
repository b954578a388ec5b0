"""What a tablet's camera sees when somebody holds up a code."""

import io
from pathlib import Path

import segno
from PIL import Image

SIZE = (640, 480)


def picture(text: str, *, size: tuple[int, int] = SIZE) -> Image.Image:
    """A gray picture with a code in its middle; an empty one for no text."""
    scene = Image.new("L", size, 150)
    if text:
        drawn = io.BytesIO()
        segno.make_qr(text).save(drawn, kind="png", scale=8)
        code = Image.open(drawn).convert("L")
        scene.paste(code, ((size[0] - code.width) // 2, (size[1] - code.height) // 2))
    return scene


def jpeg(text: str, *, size: tuple[int, int] = SIZE) -> bytes:
    """The picture as a tablet's page sends it."""
    octets = io.BytesIO()
    picture(text, size=size).save(octets, "JPEG", quality=70)
    return octets.getvalue()


def film(text: str, path: Path, *, frames: int = 4) -> Path:
    """The picture as Chromium's fake camera plays it, for ever."""
    width, height = SIZE
    colourless = bytes([128]) * (width * height // 2)
    frame = b"FRAME\n" + picture(text).tobytes() + colourless
    path.write_bytes(
        f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * frames
    )
    return path
