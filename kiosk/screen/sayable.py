"""What the kiosk has words for."""

from enum import StrEnum

from kiosk.protocol.badge_reading import Refusal
from kiosk.protocol.remarks import LateReason, NotEnrolled
from kiosk.visit import Outcome


class Word(StrEnum):
    """What is said beside an outcome."""

    SEE_OFFICE = "see_office"
    CANNOT_SAVE = "cannot_save"
    LATE = "late"
    SINCE = "since"
    GOODBYE = "goodbye"
    SAVED_HERE = "saved_here"
    ONLINE = "online"
    OFFLINE = "offline"
    WAITING = "waiting"
    CANNOT_RECORD = "cannot_record"
    TIME_APPROXIMATE = "time_approximate"
    TITLE = "title"
    NOT_CONNECTED = "not_connected"
    WHY_LATE = "why_late"
    THANKS = "thanks"
    SCAN_FOR = "scan_for"
    NEW_CARD = "new_card"
    HOLD_NEW_CARD = "hold_new_card"
    NEW_FACE = "new_face"
    LOOK_HERE = "look_here"
    ONE_CARD = "one_card"


class Instruction(StrEnum):
    """What to do at a kiosk at rest, by what it has that works."""

    CARD_OR_CODE = "card_or_code"
    CARD = "card"
    CODE = "code"
    CARD_CODE_FACE = "card_code_face"
    CARD_FACE = "card_face"
    CODE_FACE = "code_face"
    FACE = "face"
    NOTHING = "nothing"


class TouchWord(StrEnum):
    """What the touch screen says to those who have nothing to show."""

    PIN = "pin"
    NAME = "name"
    CLOSE = "close"
    ERASE = "erase"
    ENTER_PIN = "enter_pin"
    PIN_WRONG = "pin_wrong"
    PIN_CLOSED = "pin_closed"
    FIND_NAME = "find_name"
    MORE_LETTERS = "more_letters"
    NOBODY = "nobody"
    FAILED = "failed"


class RollWord(StrEnum):
    """What the roll call of an evacuation says."""

    HEADING = "roll_call"
    COUNT = "roll_count"
    ALL_FOUND = "roll_all_found"
    NOBODY = "roll_nobody"
    TO_FIND = "roll_to_find"
    SAFE = "roll_safe"
    EVERYBODY = "roll_everybody"
    GROUPS = "roll_groups"
    LETTERS = "roll_letters"
    STAFF = "roll_staff"
    GUARDIANS = "roll_guardians"
    VISITORS = "roll_visitors"
    OTHERS = "roll_others"
    HOLD_AGAIN = "roll_hold_again"
    FAILED = "roll_failed"


class Brief(StrEnum):
    """An outcome in one word, for the foot."""

    IN = "in"
    OUT = "out"
    ALREADY = "already"
    ASK = "ask"
    STOP = "stop"
    DONE = "done"


Sayable = (
    Outcome | Refusal | NotEnrolled | Word | Instruction | TouchWord | LateReason | RollWord | Brief
)
