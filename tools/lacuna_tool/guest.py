# SPDX-License-Identifier: MIT
"""Runs a machine with its console on a pipe, and turns QEMU's exit status into a verdict."""

import ctypes
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Callable

from lacuna_tool.errors import Exit
from lacuna_tool.machine import Machine

# isa-debug-exit makes QEMU leave with (code << 1) | 1; arch/x86_64 chooses the codes.
_VERDICTS = {33: Exit.SUCCESS, 35: Exit.FAILURE, 37: Exit.PANIC, 39: Exit.REFUSED}
_CHUNK = 65536
_PR_SET_PDEATHSIG = 1  # prctl(2)
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """In the child, before QEMU: a machine does not outlive the tool, however the tool ends."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)



@dataclass(frozen=True)
class Outcome:
    """How a machine ended: the verdict, all console output, and a sentence if something is odd."""

    verdict: Exit
    output: bytes
    remark: str = ""
    emulator_died: bool = False  # of a signal, which nothing in the guest may bring about

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace").replace("\r\n", "\n")


def judge(status: int, stderr: str = "") -> tuple[Exit, str]:
    """The verdict for QEMU's exit status. Status 0 is a reset (triple fault): success is an odd number on purpose."""
    if status in _VERDICTS:
        return _VERDICTS[status], ""
    if status == 0:
        return Exit.PANIC, "the machine reset (triple fault?) or was switched off from outside"
    if status < 0:
        return Exit.PANIC, f"QEMU was killed by signal {-status}"
    return Exit.PANIC, f"QEMU failed with status {status}: {stderr.strip() or 'it said nothing'}"


class Guest:
    """A running machine. Its console is read by a thread of its own, so nothing blocks the emulator."""

    def __init__(self, machine: Machine, on_output: Callable[[bytes], None] | None = None):
        serial = ["-chardev", "stdio,id=console,mux=off,signal=off", "-serial", "chardev:console"]
        self._process = subprocess.Popen(machine.command(serial), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, start_new_session=True,
                                         preexec_fn=_end_with_parent)
        self._on_output = on_output
        self._output = bytearray()
        self._grew = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._stderr = b""
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()

    def __enter__(self) -> "Guest":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _read(self) -> None:
        while chunk := self._process.stdout.read1(_CHUNK):
            with self._grew:
                self._output += chunk
                self._grew.notify_all()
            if self._on_output:
                self._on_output(chunk)
        with self._grew:
            self._grew.notify_all()

    def _read_errors(self) -> None:
        self._stderr = self._process.stderr.read()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> bytes:
        with self._grew:
            return bytes(self._output)

    def send(self, data: bytes) -> None:
        """Types `data` on the console; a machine that has gone away does not mind."""
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass

    def wait_for(self, text: str, timeout: float, start: int = 0) -> int:
        """Waits until `text` appears in the output after `start`; returns the position behind it, or -1."""
        wanted, deadline = text.encode(), time.monotonic() + timeout
        with self._grew:
            while True:
                found = self._output.find(wanted, start)
                if found >= 0:
                    return found + len(wanted)
                left = deadline - time.monotonic()
                if left <= 0 or (not self._reader.is_alive() and self._process.poll() is not None):
                    return -1
                self._grew.wait(min(left, 0.5))

    def kill(self) -> None:
        if self.running:
            self._process.kill()
        self._process.wait()

    def finish(self, timeout: float, on_timeout: Callable[[], str] | None = None) -> Outcome:
        """Waits for the end. After `timeout` seconds asks `on_timeout` for a remark and kills the machine."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            remark = on_timeout() if on_timeout else ""
            self.kill()
            self._reader.join(2)
            return Outcome(Exit.TIMED_OUT, self.output, f"no end after {timeout:g} s" + (f"\n{remark}" if remark else ""))
        self._reader.join(2)
        self._errors.join(2)
        verdict, remark = judge(status, self._stderr.decode(errors="replace"))
        return Outcome(verdict, self.output, remark, emulator_died=status < 0)
