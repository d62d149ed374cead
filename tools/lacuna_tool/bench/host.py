# SPDX-License-Identifier: MIT
"""`bench --host`: the allocators compiled for the host, beside mimalloc and malloc, under Google Benchmark."""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Callable

from lacuna_tool import build, packages, paths
from lacuna_tool.console import say, tail
from lacuna_tool.errors import Exit, UserError, usage_error


def names(selects: Callable[[str], bool] = lambda name: True) -> list[str]:
    """The benchmarks of which `selects` takes the workload (`kmalloc.256.pair`), or the workload with its allocator
    (`kmalloc.256.pair/mimalloc`); each number of threads is one."""
    build.build("host-bench", packages.RUN + packages.HOST_BENCH)
    result = subprocess.run([paths.host_bench(), "--benchmark_list_tests"], capture_output=True, text=True)
    if result.returncode != 0:
        raise UserError("the host benchmarks do not start:", tail(result.stderr))
    found = []
    for line in result.stdout.splitlines():
        workload, allocator, *_ = line.split("/")
        if selects(workload) or selects(f"{workload}/{allocator}"):
            found.append(line)
    return found


def measure(chosen: list[str], output: Path, seconds: float = 0, quiet: bool = False) -> dict:
    """Runs `chosen`, each for `seconds` at least (0: the library's choice), and returns the report that Google
    Benchmark wrote to `output`. Progress goes to the terminal unless `quiet`."""
    names_only = "|".join(re.sub(r"([^\w/:-])", r"\\\1", name) for name in chosen)
    command = [paths.host_bench(), f"--benchmark_filter=^({names_only})$", f"--benchmark_out={output}",
               "--benchmark_out_format=json", *([f"--benchmark_min_time={seconds:g}"] if seconds else [])]
    result = subprocess.run(command, text=True, stderr=subprocess.PIPE if quiet else None,
                            stdout=subprocess.DEVNULL if quiet else None)
    if result.returncode != 0:
        raise UserError(f"the host benchmarks ended with status {result.returncode}", tail(result.stderr or ""))
    return json.loads(output.read_text())


def run(selects: Callable[[str], bool], only_list: bool, output: Path | None) -> int:
    """What the verb does with --host. Exit code 1 if a benchmark failed."""
    chosen = names(selects)
    if not chosen:
        raise usage_error("no host benchmark matches; `tools/lacuna bench --host --list` shows all")
    if only_list:
        print("\n".join(chosen))
        return Exit.SUCCESS
    if os.getloadavg()[0] > 0.5:
        say("this machine is busy: compare CPU times, and those of one run only")
    with tempfile.TemporaryDirectory() as folder:
        report = measure(chosen, output or Path(folder) / "report.json")
    failed = any(item.get("error_occurred") for item in report["benchmarks"])
    return Exit.FAILURE if failed else Exit.SUCCESS
