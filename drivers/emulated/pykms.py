"""What picamera2 asks the screen's library for on import; a kiosk draws nothing with it."""

from enum import StrEnum


class PixelFormat(StrEnum):
    """The formats picamera2's own screen preview knows."""

    RGB888 = "RG24"
    BGR888 = "BG24"
    XRGB8888 = "XR24"
    XBGR8888 = "XB24"
    ABGR8888 = "AB24"
    YUV420 = "YU12"
    YVU420 = "YV12"
    NV12 = "NV12"
