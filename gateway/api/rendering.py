"""Answers as JSON."""

from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder


class Encoder(NinjaJSONEncoder):
    """Sets are told as sorted lists."""

    def default(self, o: object) -> object:
        """What JSON has a word for."""
        told: object = sorted(o) if isinstance(o, frozenset | set) else super().default(o)
        return told


class Rendered(JSONRenderer):
    """Every answer of the API."""

    encoder_class = Encoder
