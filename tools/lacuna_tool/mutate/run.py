# SPDX-License-Identifier: MIT
"""One run of some tests with one mutant, and what came of it."""

import enum
import os
import re
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from lacuna_tool import command_line, host_tests, ktap
from lacuna_tool.errors import Exit, UserError
from lacuna_tool.guest import Guest
from lacuna_tool.machine import Machine
from lacuna_tool.mutate import patterns
from lacuna_tool.mutate.image import Image
from lacuna_tool.results import Status

# How much longer than without a mutant a run may take before it counts as hung: a factor, and seconds on top.
SLOWER, GRACE = 5, 2
# Waiting, unlike computing, grows with the host's other work: how much longer a run may take by the clock.
_WAITING = 4
WAITS = "waits without end"
EMULATOR = "the emulator crashed"
_HOST_MEGABYTES = 2000
_POLL = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


class Verdict(enum.StrEnum):
    """What a run says of a mutant; the earlier, the more it says."""

    CHECK = "check"          # a test's own check does not hold
    AUDIT = "audit"          # the audit after a test finds a violation
    ASSERTION = "assertion"  # the code's own: a panic of ensure()
    SANITIZER = "sanitizer"  # address, undefined behaviour, leak
    COMPILER = "compiler"    # a static_assert, of what is computed while compiling
    CRASH = "crash"          # a fault that nobody expects, a triple fault
    HANG = "hang"
    LIVED = "lived"          # every test passed

    @property
    def noticed(self) -> bool:
        return self not in (Verdict.LIVED,)

    @property
    def by_a_check(self) -> bool:
        """Whether something looked, and did not find what it should: not merely that nothing goes on."""
        return self in (Verdict.CHECK, Verdict.AUDIT, Verdict.ASSERTION, Verdict.SANITIZER, Verdict.COMPILER)


@dataclass(frozen=True)
class Run:
    """Tests in one process or boot; `seconds` is what they take without a mutant."""

    world: str  # host or kernel
    cases: tuple[str, ...]
    seconds: float
    variant: str = ""
    append: str = ""
    cpus: int = 1

    @property
    def place(self) -> str:
        return "host" if self.world == "host" else "boot" + (f"@{self.variant}" if self.variant else "")

    @property
    def limit(self) -> float:
        """Seconds of computing after which it hangs."""
        return GRACE + SLOWER * self.seconds

    @property
    def patience(self) -> float:
        """Seconds by the clock after which it hangs."""
        return self.limit * _WAITING * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    by: str = ""       # the test, with its place
    because: str = ""  # what it said
    seconds: float = 0.0
    case: str = ""  # the test alone

    @property
    def hung(self) -> bool:
        return self.verdict is Verdict.HANG

    @property
    def doubtful(self) -> bool:
        """Whether it may be the host's load, or the emulator."""
        return self.because == WAITS or self.because.startswith(EMULATOR)


# --- on the host ---------------------------------------------------------------------------------


def _limits(seconds: float):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return limit


def on_host(program: Path, run: Run, number: int) -> Outcome:
    """Runs tests on the host until one fails."""
    environment = dict(os.environ, LACUNA_MUTATE=str(number), LACUNA_MUTANT="none", UBSAN_OPTIONS="print_stacktrace=0",
                       ASAN_OPTIONS=f"hard_rss_limit_mb={_HOST_MEGABYTES}:symbolize=0:handle_abort=0")
    command = [str(program), host_tests.expression(run.cases), "-r", "xml", "--abort"]
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               errors="replace", preexec_fn=_limits(run.limit))
    try:
        report, errors = process.communicate(timeout=run.patience)
        # SIGXCPU, or the harder limit behind it.
        hung = f"computes for more than {run.limit:.0f} s" if process.returncode in (-24, -9) else ""
    except subprocess.TimeoutExpired:
        process.kill()
        report, errors = process.communicate()
        hung = WAITS
    return _judge_host(run, report, errors, hung, time.monotonic() - started, process.returncode)


def _judge_host(run: Run, report: str, errors: str, hung: str, seconds: float, status: int) -> Outcome:
    found, _ = host_tests.read_report(report)
    failed = [case for case in found.values() if case.status is Status.FAILED]
    unfinished = [name for name in run.cases if name not in found]
    by = f"host {failed[0].name if failed else unfinished[0] if unfinished else run.cases[-1]}"
    if hung:
        return Outcome(Verdict.HANG, by, hung, seconds)
    if panic := re.search(r"^panic: (.*)$", errors, re.MULTILINE):
        return Outcome(Verdict.ASSERTION, by, panic[1], seconds)
    if "hard rss limit" in errors:
        return Outcome(Verdict.CRASH, by, "takes memory without end", seconds)
    if sanitizer := re.search(r"(runtime error: .*|ERROR: (?:Address|Leak)Sanitizer: .*)", errors):
        # An access to an address that nothing has is a crash by another name.
        crash = re.search(r"SEGV|stack-overflow", sanitizer[1])
        return Outcome(Verdict.CRASH if crash else Verdict.SANITIZER, by, sanitizer[1][:200], seconds)
    if failed:
        signal = re.search(r"SIG\w+", failed[0].detail)
        return Outcome(Verdict.CRASH if signal else Verdict.CHECK, by, failed[0].detail[:200], seconds)
    if unfinished or status != 0:
        return Outcome(Verdict.CRASH, by, f"ended with status {status}", seconds)
    return Outcome(Verdict.LIVED, seconds=seconds)


# --- in the kernel -------------------------------------------------------------------------------


def computed(pid: int) -> float:
    """Seconds of the host's processors that a process has had."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def in_kernel(image: Image, run: Run, number: int) -> Outcome:
    """Boots to run tests until one fails."""
    image.choose(number)
    pattern = patterns.select(run.cases, patterns.suites())
    # The watchdog's patience is of the clock, so it has to be longer than ours.
    patience = run.patience
    options = command_line.compose(run.append, f"test.timeout={int(patience) + 10}",
                                   f"test={command_line.quoted(pattern)}")
    started = time.monotonic()
    with Guest(Machine(kernel=image.path, command_line=options, cpus=run.cpus)) as guest:
        hung, seen = "", 0
        while (found := guest.wait_for("\nnot ok ", _POLL, seen)) < 0 and guest.running:
            seen = max(0, len(guest.output) - 16)
            if computed(guest.pid) > run.limit * run.cpus:
                hung = f"computes for more than {run.limit * run.cpus:.0f} s"
            elif time.monotonic() - started > patience:
                hung = WAITS
            if hung:
                break
        if found >= 0:
            guest.wait_for("\n", 2, found)
            guest.kill()
            text = guest.output.decode(errors="replace").replace("\r\n", "\n")
            return _judge_failed(run, text, time.monotonic() - started)
        outcome = guest.finish(0.01 if hung else 20)
    return _judge_ended(run, outcome.text, outcome.verdict, hung, outcome.emulator_died, outcome.remark,
                        time.monotonic() - started)


def _judge_failed(run: Run, text: str, seconds: float) -> Outcome:
    cases, _ = ktap.parse(text)
    failed = next(case for case in cases if case.status is Status.FAILED)
    said = [line for line in failed.detail.splitlines() if line.startswith("# ") and not line.startswith("# reached")]
    checks = [line for line in said if not line.startswith("# audit")]
    verdict = Verdict.CHECK if checks or not said else Verdict.AUDIT
    why = "; ".join((checks or said)[:2]).replace("# ", "")[:200]
    return Outcome(verdict, f"{run.place} {failed.name}", why, seconds, failed.name)


def _judge_ended(run: Run, text: str, verdict: Exit, hung: str, emulator_died: bool, remark: str,
                 seconds: float) -> Outcome:
    done, whole = ktap.parse(text)
    names = {case.name for case in done}
    case = next((name for name in run.cases if name not in names), "")
    by = f"{run.place} {case or 'boot'}"
    if panic := re.search(r"^panic: (.*)\n(?:.*\n)?(  at )?", text, re.MULTILINE):
        kind = Verdict.ASSERTION if panic[2] else Verdict.CRASH
        return Outcome(kind, by, panic[1][:200], seconds, case)
    if hung:
        return Outcome(Verdict.HANG, by, hung, seconds)
    if verdict == Exit.SUCCESS and whole:
        return Outcome(Verdict.LIVED, seconds=seconds)
    if "Lacuna cannot start" in text or verdict == Exit.REFUSED:
        raise UserError(f"the kernel does not take its command line ({run.append}):", text[-1000:])
    return Outcome(Verdict.CRASH, by, f"{EMULATOR}: {remark}" if emulator_died else remark or verdict.name, seconds)
