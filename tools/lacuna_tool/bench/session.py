# SPDX-License-Identifier: MIT
"""Boots the kernel for each benchmark: a figure then does not depend on which others were asked for."""

import dataclasses
import re
import time

from lacuna_tool import command_line
from lacuna_tool.bench import figure
from lacuna_tool.bench.figure import Figure
from lacuna_tool.bench.setup import Setup
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit, UserError, usage_error
from lacuna_tool.guest import Guest
from lacuna_tool.terminal import PROMPT

BENCHMARK_SECONDS = 600
BOOT_SECONDS = 300  # a busy machine; a boot itself takes a fraction of a second
WALL_BOOTS = 9
BOOT_WALL = "boot.wall_to_shell"
_COMPLAINT = re.compile(r"(option .*|the command line .*)$", re.MULTILINE)


class Session:
    """Benchmarks of one build on one setup."""

    def __init__(self, setup: Setup):
        self.setup = setup
        self._check_policy()
        self.names, self.guest = self._look()

    def _boot(self, options: str, seconds: float):
        with Guest(self.setup.machine(command_line.compose(self.setup.policy, options))) as guest:
            return guest.finish(seconds)

    def _check_policy(self) -> None:
        for word in command_line.words(self.setup.policy):
            if "=" not in word:
                raise usage_error(f"--policy takes key=value, such as isolation=none; not '{word}'")

    def _look(self) -> tuple[list[str], dict]:
        """The names of all benchmarks, and what the kernel says of itself."""
        outcome = self._boot("bench.list=yes", BOOT_SECONDS)
        if complaint := _COMPLAINT.search(outcome.text):
            raise usage_error(f"--policy: {complaint[1]}")
        described = [line for line in figure.lines(outcome.text) if "policies" in line]
        if outcome.verdict != Exit.SUCCESS or not described:
            raise UserError("the kernel does not come up with these options"
                            + (f" ({outcome.remark})" if outcome.remark else "") + ":", tail(outcome.text, 20))
        for word in command_line.words(self.setup.policy):
            key = word.partition("=")[0]
            if key not in described[0]["policies"]:
                raise usage_error(f"--policy: '{key}' is no policy; there are {', '.join(described[0]['policies'])}")
        names = [line for line in outcome.text.splitlines() if line and not line.startswith("@") and " " not in line]
        return names + [BOOT_WALL], described[0]

    def take(self, name: str) -> Figure:
        """Runs one benchmark."""
        if name == BOOT_WALL:
            return self._wall_time_of_boot()
        outcome = self._boot(f"bench={command_line.quoted(name)}", BENCHMARK_SECONDS)
        for line in figure.lines(outcome.text):
            if line.get("name") == name:
                return figure.parse(line)
        why = f"{outcome.verdict.name} {outcome.remark}\n{tail(outcome.text, 25)}"
        return Figure(name, "?", failure=f"the machine ended without a result: {why}")

    def _wall_time_of_boot(self) -> Figure:
        """From QEMU's start to the shell's prompt, without counting instructions, which takes time itself."""
        plain = dataclasses.replace(self.setup, icount=False)
        samples = []
        for _ in range(WALL_BOOTS):
            started = time.monotonic()
            with Guest(plain.machine(plain.policy)) as guest:
                if guest.wait_for(PROMPT, BOOT_SECONDS) < 0:
                    return Figure(BOOT_WALL, "ms", failure="no prompt")
                samples.append((time.monotonic() - started) * 1000)
        return Figure(BOOT_WALL, "ms", samples=tuple(samples))
