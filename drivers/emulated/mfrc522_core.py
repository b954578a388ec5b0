"""What an MFRC522 does inside: registers, FIFO, timer, checksums, and talk with the field.

After the data sheet "MFRC522", revision 3.9: registers in chapter 9, commands in chapter 10.
Authentication and the interrupt pin are left out: the kiosk uses neither.
"""

from collections.abc import Callable
from enum import IntEnum, IntFlag
from functools import partial

from drivers.emulated.proximity import Answer, Field, crc_a
from drivers.emulated.times import DeviceTime

VERSION = 0x92
FIFO_SIZE = 64

_BIT_US = 128 / 13.56
_OCTET_US = 9 * _BIT_US  # eight bits and parity
_REPLY_DELAY_US = 1236 / 13.56  # ISO/IEC 14443-3, 6.2.1.1
_FLUSH = _START = _SET = _TIMER_AUTO = 0x80


class Register(IntEnum):
    """Addresses, as the data sheet names them (9.2)."""

    COMMAND = 0x01
    COM_IRQ = 0x04
    DIV_IRQ = 0x05
    ERROR = 0x06
    FIFO_DATA = 0x09
    FIFO_LEVEL = 0x0A
    CONTROL = 0x0C
    BIT_FRAMING = 0x0D
    COLL = 0x0E
    MODE = 0x11
    TX_CONTROL = 0x14
    TX_ASK = 0x15
    CRC_RESULT_H = 0x21
    CRC_RESULT_L = 0x22
    T_MODE = 0x2A
    T_PRESCALER = 0x2B
    T_RELOAD_H = 0x2C
    T_RELOAD_L = 0x2D
    VERSION = 0x37


class ComIrq(IntFlag):
    """What has happened (9.3.1.5)."""

    TIMER = 0x01
    IDLE = 0x10
    RX = 0x20
    TX = 0x40


class Command(IntEnum):
    """What the chip can be told to do (10.3)."""

    IDLE = 0x0
    CALC_CRC = 0x3
    TRANSCEIVE = 0xC
    SOFT_RESET = 0xF


_CRC_DONE = 0x04
_BUFFER_OVERFLOW, _COLLISION = 0x10, 0x08
_AFTER_RESET = {
    0x01: 0x20, 0x02: 0x80, 0x04: 0x14, 0x07: 0x21, 0x0B: 0x08, 0x0C: 0x10, 0x0E: 0xA0,
    0x11: 0x3F, 0x14: 0x80, 0x16: 0x10, 0x17: 0x84, 0x18: 0x84, 0x19: 0x4D, 0x1C: 0x62,
    0x1F: 0xEB, 0x21: 0xFF, 0x22: 0xFF, 0x24: 0x26, 0x26: 0x48, 0x27: 0x88, 0x28: 0x20,
    0x29: 0x20, 0x37: VERSION,
}  # fmt: skip


class Mfrc522Core:
    """Registers that are read and written; what is to happen later happens when time has come."""

    def __init__(self, field: Field, time: DeviceTime) -> None:
        self._field = field
        self._time = time
        self.reset()

    def reset(self) -> None:
        """Forget everything: the field goes off, and nothing is set up."""
        self._registers = bytearray(0x40)
        for register, value in _AFTER_RESET.items():
            self._registers[register] = value
        self._fifo = bytearray()
        self._coming: list[tuple[float, Callable[[], None]]] = []
        self._field.switch(on=False)

    def wipe(self, register: int) -> None:
        """Set one register back to what it is after a reset."""
        self._put(register, _AFTER_RESET.get(register, 0))

    def come_to_now(self) -> None:
        """Let happen what was to happen until now."""
        if not self._coming:
            return
        now = self._time.elapsed_us()
        past = [happening for at, happening in self._coming if at <= now]
        self._coming = [(at, happening) for at, happening in self._coming if at > now]
        for happening in past:
            happening()

    def read(self, register: int) -> int:
        """What the register holds; of the FIFO the next byte, which is then gone."""
        if register == Register.FIFO_DATA:
            return self._fifo.pop(0) if self._fifo else 0
        if register == Register.FIFO_LEVEL:
            return len(self._fifo)
        return self._registers[register]

    def write(self, register: int, value: int) -> None:
        """Write a register, and do what that asks for."""
        if register == Register.FIFO_DATA:
            self._fill(value)
        elif register == Register.FIFO_LEVEL:
            self._flush(value)
        elif register in (Register.COM_IRQ, Register.DIV_IRQ):
            self._mark(register, value)
        elif register == Register.COMMAND:
            self._command(value & 0x0F)
        elif register != Register.VERSION:
            self._put(register, value)

    def _put(self, register: int, value: int) -> None:
        self._registers[register] = value
        if register == Register.TX_CONTROL:
            self._field.switch(on=value & 0x03 == 0x03)
        elif register == Register.BIT_FRAMING and value & _START:
            self._start_sending()

    def _fill(self, value: int) -> None:
        if len(self._fifo) < FIFO_SIZE:
            self._fifo.append(value)
        else:
            self._registers[Register.ERROR] |= _BUFFER_OVERFLOW

    def _flush(self, value: int) -> None:
        if value & _FLUSH:
            self._fifo.clear()
            self._registers[Register.ERROR] &= ~_BUFFER_OVERFLOW

    def _mark(self, register: int, value: int) -> None:
        """The top bit says whether the marked bits are set or cleared (9.3.1.5)."""
        if value & _SET:
            self._registers[register] |= value & 0x7F
        else:
            self._registers[register] &= ~value & 0x7F

    def _command(self, command: int) -> None:
        if command == Command.SOFT_RESET:
            self.reset()
            return
        self._registers[Register.COMMAND] = 0x20 | command
        self._coming.clear()
        if command == Command.CALC_CRC:
            self._checksum()

    def _checksum(self) -> None:
        low, high = crc_a(bytes(self._fifo))
        self._fifo.clear()
        self._registers[Register.CRC_RESULT_L] = low
        self._registers[Register.CRC_RESULT_H] = high
        self._registers[Register.DIV_IRQ] |= _CRC_DONE

    def _start_sending(self) -> None:
        """Send the FIFO over the antenna, and arrange what will come of it."""
        if self._registers[Register.COMMAND] & 0x0F != Command.TRANSCEIVE:
            return
        frame, short = bytes(self._fifo), self._registers[Register.BIT_FRAMING] & 0x07
        self._fifo.clear()
        self._registers[Register.ERROR] = 0
        bits = len(frame) * 8 - (8 - short if short else 0)
        sent_at = self._time.elapsed_us() + len(frame) * _OCTET_US
        self._at(sent_at, partial(self._happened, ComIrq.TX))
        answer = self._field.ask(frame, bits=bits)
        if answer is not None:
            received_at = sent_at + _REPLY_DELAY_US + len(answer.octets) * _OCTET_US
            self._at(received_at, partial(self._receive, answer))
        elif self._registers[Register.T_MODE] & _TIMER_AUTO:
            self._at(sent_at + self._timer_us(), partial(self._happened, ComIrq.TIMER))

    def _timer_us(self) -> float:
        """How long the timer runs from the end of sending (8.5)."""
        registers = self._registers
        high = registers[Register.T_MODE] & 0x0F
        prescaler = high << 8 | registers[Register.T_PRESCALER]
        reload = registers[Register.T_RELOAD_H] << 8 | registers[Register.T_RELOAD_L]
        return (reload + 1) * (2 * prescaler + 1) / 13.56

    def _receive(self, answer: Answer) -> None:
        self._fifo.extend(answer.octets)
        self._happened(ComIrq.RX)
        if answer.collision is not None:
            self._registers[Register.ERROR] |= _COLLISION
            self._registers[Register.COLL] = 0x80 | (answer.collision + 1) & 0x1F

    def _happened(self, flag: ComIrq) -> None:
        self._registers[Register.COM_IRQ] |= flag

    def _at(self, at_us: float, happening: Callable[[], None]) -> None:
        self._coming.append((at_us, happening))
