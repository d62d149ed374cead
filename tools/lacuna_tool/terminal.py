# SPDX-License-Identifier: MIT
"""Gives the user's terminal to the guest's console, and takes it back whatever happens."""

import contextlib
import subprocess
import sys
import termios
import threading
from typing import Iterator

from lacuna_tool.guest import Guest, Outcome, judge
from lacuna_tool.machine import Machine

PROMPT = "lacuna> "
BOOT_SECONDS = 120


@contextlib.contextmanager
def _restored_terminal() -> Iterator[None]:
    """QEMU makes the terminal raw, and leaves it so when it is killed."""
    saved = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)


def interact(machine: Machine) -> Outcome:
    """Runs the machine with its console on stdin and stdout: a terminal (Ctrl-A X leaves) or pipes."""
    if not sys.stdin.isatty():
        return _feed(machine)
    serial = ["-chardev", "stdio,id=console,mux=on,signal=off", "-serial", "chardev:console",
              "-mon", "chardev=console"]
    with _restored_terminal():
        status = subprocess.run(machine.command(serial)).returncode
    if status == 0:
        return Outcome(judge(33)[0], b"", "left with Ctrl-A X, or the machine reset")
    verdict, remark = judge(status)
    return Outcome(verdict, b"", remark)


def _write(chunk: bytes) -> None:
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def _feed(machine: Machine) -> Outcome:
    """Input from a pipe waits for the prompt: what a UART receives before it is set up is lost."""
    with Guest(machine, _write) as guest:
        def pump() -> None:
            guest.wait_for(PROMPT, BOOT_SECONDS)
            while guest.running and (data := sys.stdin.buffer.readline()):
                guest.send(data)

        threading.Thread(target=pump, daemon=True).start()
        return guest.finish(timeout=7 * 24 * 3600)
