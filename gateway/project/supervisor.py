"""Keeps the roles running: forks them, restarts what died, ends them all, tells systemd.

The parent has imported everything before it forks, so that the roles share its memory. It
holds no thread, no connection and no lock.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

import structlog
from systemd import daemon

from gateway.errors import GatewayError
from gateway.project.beats import Beats, Role
from gateway.project.processes import die_with_parent

log = structlog.get_logger()

STUCK_AFTER = timedelta(seconds=60)
STEADY_AFTER = 60.0
LONGEST_PAUSE = 30.0
TURN = 0.5
STOP_WITHIN = 5.0
_ENDS = {signal.SIGTERM, signal.SIGINT}
_HEARD = {signal.SIGCHLD, *_ENDS}


def pause_before(failures: int) -> float:
    """Seconds to wait before a role that failed so often in a row is started again."""
    return min(0.25 * 2 ** min(failures - 1, 10), LONGEST_PAUSE) if failures else 0.0


@dataclass(slots=True)
class _Child:
    role: Role
    pid: int = 0
    started_at: float = 0.0
    failures: int = 0
    due_at: float = field(default_factory=time.monotonic)


class Supervisor:
    """Runs the given roles until it is told to stop.

    `run_role` is called in a process of its own for each; it ends when the role is asked
    to stop, and a role that ends otherwise is started again.
    """

    def __init__(
        self, roles: Sequence[Role], *, run_role: Callable[[Role], None], beats: Beats
    ) -> None:
        self._children = [_Child(role) for role in roles]
        self._run_role = run_role
        self._beats = beats
        self._ready = False

    def run(self) -> None:
        """Block until SIGTERM or SIGINT came and every role has ended."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
        asked = False
        while not asked:
            self._start_due()
            self._end_stuck()
            self._tell_systemd()
            heard = signal.sigtimedwait(_HEARD, TURN)
            # Resumed after a suspension, Python 3.11 answers with a number that means nothing.
            asked = heard is not None and heard.si_signo in _ENDS
            self._reap()
        daemon.notify("STOPPING=1")
        log.info("gateway_stopping")
        self._stop([c for c in self._children if c.role is not Role.BROKER])
        self._stop(self._children)
        log.info("gateway_stopped")

    def _start_due(self) -> None:
        for child in self._children:
            if not child.pid and time.monotonic() >= child.due_at:
                self._start(child)

    def _start(self, child: _Child) -> None:
        self._beats.clear(child.role)
        parent = os.getpid()
        child.started_at = time.monotonic()
        child.pid = os.fork()
        if not child.pid:
            self._be(child.role, parent)
        log.info("role_started", role=child.role.value, pid=child.pid)

    def _be(self, role: Role, parent: int) -> NoReturn:
        status = 1
        try:
            os.setpgid(0, 0)
            die_with_parent(parent)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _HEARD)
            self._run_role(role)
            status = 0
        except GatewayError as problem:
            log.error("role_failed", role=role.value, because=str(problem))
        except Exception:  # the outermost loop of the role's process
            log.exception("role_failed", role=role.value)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _end_stuck(self) -> None:
        for child in self._children:
            age = self._beats.age(child.role)
            running = timedelta(seconds=time.monotonic() - child.started_at)
            if child.pid and min(age or running, running) > STUCK_AFTER:
                log.error("role_stuck", role=child.role.value, pid=child.pid)
                os.kill(child.pid, signal.SIGKILL)

    def _tell_systemd(self) -> None:
        if not all(child.pid and self._has_shown_work(child.role) for child in self._children):
            return
        if not self._ready:
            self._ready = True
            log.info("gateway_ready", roles=[child.role.value for child in self._children])
            daemon.notify("READY=1")
        daemon.notify("WATCHDOG=1")

    def _has_shown_work(self, role: Role) -> bool:
        age = self._beats.age(role)
        return age is not None and age < STUCK_AFTER

    def _reap(self) -> None:
        for child in self._children:
            if child.pid and os.waitpid(child.pid, os.WNOHANG)[0]:
                _end_group(child.pid)
                self._count_failure(child)

    def _count_failure(self, child: _Child) -> None:
        steady = time.monotonic() - child.started_at > STEADY_AFTER
        child.failures = 1 if steady else child.failures + 1
        child.due_at = time.monotonic() + pause_before(child.failures)
        log.warning("role_ended", role=child.role.value, pid=child.pid, failures=child.failures)
        child.pid = 0

    def _stop(self, children: Sequence[_Child]) -> None:
        """Ask the given roles to end, wait, and end those that do not."""
        running = [child for child in children if child.pid]
        for child in running:
            os.kill(child.pid, signal.SIGTERM)
        give_up_at = time.monotonic() + STOP_WITHIN
        while running and time.monotonic() < give_up_at:
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            running = [child for child in running if not os.waitpid(child.pid, os.WNOHANG)[0]]
        for child in running:
            log.warning("role_killed", role=child.role.value, pid=child.pid)
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
        for child in children:
            _end_group(child.pid)
            child.pid = 0


def _end_group(leader: int) -> None:
    """End what a role's process left behind."""
    try:
        if leader:
            os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return
