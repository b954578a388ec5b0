"""Runs inside a network namespace: opens a line to a port of its loopback and hands it out.

`dial_inside.py FD PORT`, where FD is a UNIX socket to hand it out through.
"""

import socket
import struct
import sys
import time
from contextlib import closing
from fcntl import ioctl

SIOCGIFFLAGS, SIOCSIFFLAGS = 0x8913, 0x8914
IFF_UP = 1
IFREQ = struct.Struct("16sh14x")
PATIENCE_S = 10


def main() -> None:
    handing_out, port = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    _switch_loopback_on()
    with closing(handing_out), _dialled(port) as line:
        socket.send_fds(handing_out, [b"."], [line.fileno()])


def _switch_loopback_on() -> None:
    with socket.socket() as any_socket:
        _, flags = IFREQ.unpack(ioctl(any_socket, SIOCGIFFLAGS, IFREQ.pack(b"lo", 0)))
        ioctl(any_socket, SIOCSIFFLAGS, IFREQ.pack(b"lo", flags | IFF_UP))


def _dialled(port: int) -> socket.socket:
    """A line to the port, which its owner may still be about to open."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


if __name__ == "__main__":
    main()
