# SPDX-License-Identifier: MIT
"""Runs system tests in a process of its own, with recorded machines: `python3 -m lacuna_tool.mutate.python_run MODE
FOLDER`, where MODE is record (real machines, whose answers go to FOLDER), reach or test (answers from there).

Reads the tests from stdin, one in a line; prints a line of JSON for each as it ends, `test` until one fails.
"""

import builtins
import json
import sys
import time
from pathlib import Path

from lacuna_tool import fixture, system
from lacuna_tool.mutate import recording
from lacuna_tool.mutate.python_finder import SEEN
from lacuna_tool.system import CheckFailed, Skipped

BLOCKS = 1 << 14


def _outcome(action) -> tuple[str, str]:
    try:
        action()
        return "passed", ""
    except Skipped as reason:
        return "skipped", str(reason)
    except CheckFailed as failure:
        return "check", str(failure)
    except Exception as error:  # whatever broken code brings about
        return "crash", f"{type(error).__name__}: {error}"


def main(mode: str, folder: Path) -> None:
    seen = bytearray(BLOCKS)
    setattr(builtins, SEEN, seen)
    make = recording.recorder if mode == "record" else None
    fixture.console = make(folder, fixture.console) if make else recording.player(folder)
    if mode != "record":
        time.sleep = lambda _seconds: None  # what was waited for is in the records
    suites = system.suites()
    for name in sys.stdin.read().splitlines():
        suite, _, title = name.partition(": ")
        item = next((one for one in suites.get(suite, []) if one.name == title), None)
        if item is None:
            continue
        seen[:] = bytes(BLOCKS)
        started = time.process_time()
        status, detail = _outcome(item.action)
        print(json.dumps({"name": name, "status": status, "detail": detail[:400],
                          "seconds": round(time.process_time() - started, 4),
                          "blocks": [number for number, byte in enumerate(seen) if byte]}), flush=True)
        if mode == "test" and status in ("check", "crash"):
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
