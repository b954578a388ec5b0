"""What child processes need of Linux: to end with their parent, and to hear when to stop."""

import ctypes
import gc
import os
import signal
import threading
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1
_M_ARENA_MAX = -8
_libc = ctypes.CDLL(None, use_errno=True)


def prepare_to_fork() -> None:
    """Let children share this process's memory for long, and keep their own small."""
    _libc.mallopt(_M_ARENA_MAX, 2)
    gc.collect()
    gc.freeze()


def die_with_parent(parent: int) -> None:
    """Let the kernel end this process when `parent` ends, however it ends (prctl(2))."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def tied(command: Sequence[str]) -> list[str]:
    """The command of another program, so that it ends when this process ends."""
    return ["setpriv", "--pdeathsig", "KILL", "--", *command]


def stop_on_signals() -> threading.Event:
    """An event that is set when this process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
