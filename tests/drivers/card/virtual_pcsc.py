"""A PC/SC service of the test's own, with vsmartcard's reader and cards held to it.

pcscd has one fixed place for its socket, and the virtual reader listens on every address of
the machine. In namespaces of their own that place is the test's folder, and the machine is a
loopback with nobody else on it: no other service or run can be in the way.
"""

import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

from tests.kiosk.neighbours import eventually

GET_NUMBER = bytes.fromhex("FFCA000000")
ANSWER_TO_RESET = bytes.fromhex("3B8F8001804F0CA000000306030001000000006A")
GET_ANSWER_TO_RESET = b"\x04"
DRIVER = next(Path("/usr/lib").glob("**/serial/libifdvpcd.so"), Path("libifdvpcd.so"))
PORT = 35963
READER = f"""
FRIENDLYNAME "Virtual PCD"
DEVICENAME /dev/null:0x{PORT:X}
LIBPATH {DRIVER}
CHANNELID 0x{PORT:X}
"""
DIAL = Path(__file__).with_name("dial_inside.py")


class PcscService:
    """pcscd with one virtual reader, which is there unless it was unplugged."""

    def __init__(self, folder: Path) -> None:
        self._run, self._readers = folder / "run", folder / "readers"
        self._run.mkdir(exist_ok=True)
        self._readers.mkdir(exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        self.has_reader = True

    @property
    def address(self) -> Path:
        """Where its clients find it: PCSCLITE_CSOCK_NAME."""
        return self._run / "pcscd" / "pcscd.comm"

    def start(self) -> None:
        (self._readers / "virtual").write_text(READER if self.has_reader else "")
        inside = f'mount --bind "{self._run}" /run && exec pcscd -f -c "{self._readers}"'
        self._process = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "--net", "sh", "-c", inside],
            stdout=subprocess.DEVNULL,
        )
        eventually(self._answers)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @contextmanager
    def held(self, card: "VirtualCard") -> Iterator[None]:
        """Hold a card to the reader."""
        with self._dialled() as line:
            holding = Thread(target=card.answer_at, args=(line,))
            holding.start()
            try:
                yield
            finally:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
                holding.join()

    def _dialled(self) -> socket.socket:
        """A line to the reader, opened by a process inside and handed out by it."""
        if self._process is None:
            raise AssertionError("start the service before holding a card to it")
        inside = ["nsenter", "-t", str(self._process.pid), "-U", "-n", "--preserve-credentials"]
        ours, theirs = socket.socketpair()
        with ours, theirs:
            dial = [*inside, sys.executable, "-S", str(DIAL), str(theirs.fileno()), str(PORT)]
            subprocess.run(dial, pass_fds=[theirs.fileno()], check=True)
            _, lines, _, _ = socket.recv_fds(ours, 1, 1)
        return socket.socket(fileno=lines[0])

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(self.address))
        except OSError:
            return False
        return True


class VirtualCard:
    """A card as vsmartcard's reader speaks to it: length, then a command or an APDU."""

    def __init__(self, number: str, *, status: str = "9000") -> None:
        self._answer = bytes.fromhex(number + status)
        self.asked = 0

    def answer_at(self, line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), line.makefile("rb") as heard:
            while len(length := heard.read(2)) == 2:
                answer = self._said_to(heard.read(*struct.unpack(">H", length)))
                if answer:
                    line.sendall(struct.pack(">H", len(answer)) + answer)

    def _said_to(self, message: bytes) -> bytes:
        if message == GET_ANSWER_TO_RESET:
            return ANSWER_TO_RESET
        if message == GET_NUMBER:
            self.asked += 1
            return self._answer
        return b"" if len(message) == 1 else b"\x6d\x00"
