"""A camera's frame as decoders want it: one byte a pixel."""

from drivers.camera.camera import GRAY, Frame
from drivers.errors import DeviceMisread


def gray(frame: Frame) -> Frame:
    """The frame without colour; itself when it has none. Raises DeviceMisread for an empty one."""
    if not frame.pixels:
        raise DeviceMisread("the frame is empty")
    if frame.depth == GRAY:
        return frame
    from PIL import Image  # noqa: PLC0415 - only cameras without a gray plane need it

    coloured = Image.frombytes("RGB", (frame.width, frame.height), frame.pixels)
    return Frame(frame.width, frame.height, GRAY, coloured.convert("L").tobytes())


def rows(frame: Frame) -> memoryview:
    """The pixels of a gray frame as lines and columns, without a copy."""
    return memoryview(frame.pixels).cast("B", (frame.height, frame.width))
