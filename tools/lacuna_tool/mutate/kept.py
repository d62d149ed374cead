# SPDX-License-Identifier: MIT
"""Results from run to run, in build/mutate/results.jsonl: a line for each, the last for a mutant counts."""

import functools
import hashlib
import json
import subprocess
from dataclasses import asdict

from lacuna_tool import paths
from lacuna_tool.mutate import store
from lacuna_tool.mutate.campaign import Completeness, Result
from lacuna_tool.mutate.mutant import Mutant
from lacuna_tool.mutate.run import Outcome, Verdict


@functools.cache
def sources_digest() -> str:
    """Of all sources and tests: what lives may be noticed once any of them has changed."""
    listed = subprocess.run(["git", "-C", str(paths.ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True).stdout.split()
    files = listed or [str(path.relative_to(paths.ROOT)) for folder in ("arch", "kernel", "mm", "net", "tests")
                       for path in (paths.ROOT / folder).rglob("*") if path.is_file()]
    parts = [f"{path} {store.file_digest(paths.ROOT / path)}" for path in sorted(files)
             if path.endswith((".cpp", ".hpp", ".S", ".ld", ".c", ".h", ".json")) or path.startswith("tests/")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class Results:
    """What is known of mutants. What was noticed stays so while its own file is the same; what lived, while nothing has
    changed and it would not be given more time."""

    def __init__(self):
        self._path = store.folder() / "results.jsonl"
        self._known: dict[str, dict] = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue  # the last line of a run that was killed
                self._known[entry["key"]] = entry

    def find(self, mutant: Mutant, seconds: float) -> Result | None:
        """The result of an earlier run that gave each mutant at least so much time."""
        entry = self._known.get(mutant.key)
        if entry is None or entry["file"] != store.file_digest(paths.ROOT / mutant.path):
            return None
        result = Result(Outcome(**{**entry["outcome"], "verdict": Verdict(entry["outcome"]["verdict"])}), entry["runs"],
                        Completeness(entry["completeness"]))
        if not result.outcome.verdict.noticed:
            enough = result.completeness is Completeness.ALL or entry["limit"] >= seconds
            if entry["sources"] != sources_digest() or not enough:
                return None
        return result

    def keep(self, mutant: Mutant, result: Result, seconds: float) -> None:
        """Writes a result down at once."""
        entry = {"key": mutant.key, "mutant": str(mutant), "file": store.file_digest(paths.ROOT / mutant.path),
                 "sources": sources_digest(), "limit": seconds, "outcome": asdict(result.outcome), "runs": result.runs,
                 "completeness": result.completeness}
        self._known[mutant.key] = entry
        with open(self._path, "a") as file:
            file.write(json.dumps(entry) + "\n")
