"""The values libcamera's binding knows by name, as far as picamera2 uses them."""

from enum import Enum, auto
from types import SimpleNamespace


class StreamRole(Enum):
    """What a stream is for."""

    Raw = auto()
    StillCapture = auto()
    VideoRecording = auto()
    Viewfinder = auto()


class Orientation(Enum):
    """How the picture stands."""

    Rotate0 = auto()
    Rotate0Mirror = auto()
    Rotate180 = auto()
    Rotate180Mirror = auto()
    Rotate90 = auto()
    Rotate90Mirror = auto()
    Rotate270 = auto()
    Rotate270Mirror = auto()


class ControlType(Enum):
    """What a control's value is."""

    Integer32 = auto()
    Integer64 = auto()
    Float = auto()
    Rectangle = auto()
    Size = auto()


class ControlId:
    """One control or property, known by its name."""

    def __init__(self, name: str, kind: ControlType = ControlType.Integer32) -> None:
        self.name = name
        self.type = kind


class ControlInfo:
    """The values a control may have."""

    def __init__(self, least: int, most: int, default: int) -> None:
        self.min = least
        self.max = most
        self.default = default


class AfModeEnum(Enum):
    """Who focuses."""

    Manual = 0
    Auto = 1
    Continuous = 2


class AfRangeEnum(Enum):
    """At what distances focus is looked for."""

    Normal = 0
    Macro = 1
    Full = 2


class NoiseReductionModeEnum(Enum):
    """How hard noise is fought."""

    Off = 0
    Fast = 1
    HighQuality = 2
    Minimal = 3


class ColorFilterArrangementEnum(Enum):
    """The colours of a sensor's first pixels."""

    RGGB = 0
    MONO = 4


controls = SimpleNamespace(
    AfMode=ControlId("AfMode"),
    AfModeEnum=AfModeEnum,
    AfRange=ControlId("AfRange"),
    AfRangeEnum=AfRangeEnum,
    ExposureTime=ControlId("ExposureTime"),
    ExposureTimeMode=ControlId("ExposureTimeMode"),
    AnalogueGain=ControlId("AnalogueGain", ControlType.Float),
    AnalogueGainMode=ControlId("AnalogueGainMode"),
    FrameDurationLimits=ControlId("FrameDurationLimits", ControlType.Integer64),
    SensorTimestamp=ControlId("SensorTimestamp", ControlType.Integer64),
    draft=SimpleNamespace(
        NoiseReductionMode=ControlId("NoiseReductionMode"),
        NoiseReductionModeEnum=NoiseReductionModeEnum,
    ),
)
properties = SimpleNamespace(
    Model=ControlId("Model"),
    ColorFilterArrangement=ControlId("ColorFilterArrangement"),
    draft=SimpleNamespace(ColorFilterArrangementEnum=ColorFilterArrangementEnum),
)


class Transform:
    """Mirrored or turned."""

    def __init__(
        self,
        other: "Transform | None" = None,
        *,
        hflip: int = 0,
        vflip: int = 0,
        transpose: int = 0,
    ) -> None:
        self.hflip: int = other.hflip if other else hflip
        self.vflip: int = other.vflip if other else vflip
        self.transpose: int = other.transpose if other else transpose

    def __str__(self) -> str:
        return f"hflip {self.hflip} vflip {self.vflip} transpose {self.transpose}"


class YcbcrEncoding(Enum):
    """How brightness is told from colour."""

    Null = auto()
    Rec601 = auto()


class Range(Enum):
    """Whether black is 0 or 16."""

    Full = auto()
    Limited = auto()


class ColorSpace:
    """How numbers mean colours."""

    YcbcrEncoding = YcbcrEncoding
    Range = Range
    primaries = "Raw"
    ycbcrEncoding = YcbcrEncoding.Rec601  # noqa: N815 - libcamera's name
    range = Range.Full

    def __init__(self, other: "ColorSpace | None" = None) -> None:
        if other is not None:
            self.primaries = other.primaries
            self.ycbcrEncoding, self.range = other.ycbcrEncoding, other.range

    def __str__(self) -> str:
        return self.primaries

    @property
    def transferFunction(self) -> str:  # noqa: N802 - libcamera's name
        """How light becomes numbers: here each kind of primaries has one."""
        return self.primaries

    @classmethod
    def named(cls, name: str) -> "ColorSpace":
        """One of the usual ones."""
        space = cls()
        space.primaries = name
        return space

    @classmethod
    def Sycc(cls) -> "ColorSpace":  # noqa: N802 - libcamera's name
        """Of stills."""
        return cls.named("Sycc")

    @classmethod
    def Smpte170m(cls) -> "ColorSpace":  # noqa: N802 - libcamera's name
        """Of small videos."""
        return cls.named("Smpte170m")

    @classmethod
    def Rec709(cls) -> "ColorSpace":  # noqa: N802 - libcamera's name
        """Of large videos."""
        return cls.named("Rec709")

    @classmethod
    def Raw(cls) -> "ColorSpace":  # noqa: N802 - libcamera's name
        """Of what the sensor says."""
        return cls.named("Raw")


class Size:
    """Width and height."""

    def __init__(self, width: int = 0, height: int = 0) -> None:
        self.width = width
        self.height = height


class Rectangle:
    """A part of a picture."""

    def __init__(self, x: int = 0, y: int = 0, width: int = 0, height: int = 0) -> None:
        self.x, self.y, self.width, self.height = x, y, width, height


class PixelFormat:
    """A format by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return self._name
