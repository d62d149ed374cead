# SPDX-License-Identifier: MIT
"""A client of QEMU's machine protocol: registers, memory, pausing (docs/interop/qmp-spec.rst of QEMU)."""

import json
import socket
import time
from pathlib import Path


class QmpError(Exception):
    """QEMU refused a command."""


class Qmp:
    """One connection. Commands are synchronous; events are dropped."""

    def __init__(self, path: Path, timeout: float = 30):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._socket.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self._lines = self._socket.makefile("r")
        self._lines.readline()  # the greeting
        self.execute("qmp_capabilities")

    def __enter__(self) -> "Qmp":
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._socket.close()

    def execute(self, command: str, **arguments: object) -> object:
        """Sends `command` and returns its result."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while line := self._lines.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise QmpError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]
        raise QmpError(f"QEMU hung up during {command}")

    def monitor(self, command: str) -> str:
        """Runs a command of the human monitor, as `info registers`."""
        return self.execute("human-monitor-command", **{"command-line": command})
