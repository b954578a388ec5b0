"""Everything a kiosk has, without hardware: held up, pressed and looked at by calling it."""

from collections.abc import Mapping

from drivers.button.button import Press
from drivers.button.simulated import SimulatedButton
from drivers.camera.portrait import portrait
from drivers.camera.simulated import SimulatedCamera
from drivers.card.reader import CardReader, CardUid
from drivers.card.simulated import SimulatedCardReader
from drivers.face.simulated import SimulatedFaceEngine
from drivers.feedback.feedback import Feedback
from drivers.feedback.simulated import SimulatedFeedback
from drivers.qr.decoder import QrDecoder
from drivers.qr.simulated import SimulatedQrDecoder, frame_in, frame_of


class SimulatedHardware:
    """As `kiosk.hardware.Hardware`."""

    def __init__(self) -> None:
        self.cards = SimulatedCardReader()
        self.camera = SimulatedCamera()
        self.decoder: QrDecoder = SimulatedQrDecoder()
        self.faces = SimulatedFaceEngine()
        self.feedback: Feedback = SimulatedFeedback()
        self.button = SimulatedButton()

    @property
    def readers(self) -> Mapping[str, CardReader]:
        """The card reader."""
        return {"card-reader": self.cards}

    @property
    def outputs(self) -> tuple[Feedback, ...]:
        """Lamp and buzzer in one."""
        return (self.feedback,)

    def come(self, method: str, value: str) -> None:
        """Hold something up, as `hold_up`, and be seen by the camera while doing so.

        Whoever comes with the same card or code looks the same.
        """
        if method == "qr" and value:
            self.camera.show(frame_in(portrait(value), value))
            return
        self.hold_up(method, value)
        if method == "card":
            self.camera.show(frame_in(portrait(value)))

    def hold_up(self, method: str, value: str) -> None:
        """Hold a card or a code up to the kiosk, or press its button, `short` or `held`.

        Raises ValueError when it is none of these.
        """
        if method == "button":
            self.button.press(Press(value))
        elif method == "card":
            self.cards.tap(CardUid.parse(value))
        elif method == "qr" and value:
            self.camera.show(frame_of(value))
        else:
            raise ValueError("a card or a qr can be held up")
