# SPDX-License-Identifier: MIT
"""What is said of a campaign: a score by folder and by class, and what lived, line by line."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from lacuna_tool.mutate.campaign import Completeness, Result
from lacuna_tool.mutate.equivalents import Entry
from lacuna_tool.mutate.mutant import STRICT, Class, Mutant
from lacuna_tool.mutate.run import Verdict

GOAL = 0.9


@dataclass
class Score:
    """Mutants of one folder or class by what came of them."""

    checked: int = 0  # noticed by something that looked
    stopped: int = 0  # noticed by a crash or a hang only
    lived: int = 0

    @property
    def total(self) -> int:
        return self.checked + self.stopped + self.lived

    @property
    def share(self) -> float:
        return (self.checked + self.stopped) / self.total if self.total else 1.0

    def add(self, verdict: Verdict) -> None:
        if not verdict.noticed:
            self.lived += 1
        elif verdict.by_a_check:
            self.checked += 1
        else:
            self.stopped += 1


@dataclass
class Report:
    """All that is known of the mutants that were asked for."""

    results: list[tuple[Mutant, Result]] = field(default_factory=list)
    explained: list[tuple[Mutant, Entry]] = field(default_factory=list)
    not_compiled: list[Mutant] = field(default_factory=list)
    not_run: list[Mutant] = field(default_factory=list)
    so_far: list[Mutant] = field(default_factory=list)  # lived through plain runs when the time was over

    def lived(self) -> list[tuple[Mutant, Result]]:
        return sorted(((mutant, result) for mutant, result in self.results if not result.outcome.verdict.noticed),
                      key=lambda one: (one[0].path, one[0].line, one[0].title))

    def strict(self) -> list[Mutant]:
        """What lives though none of its class may."""
        return [mutant for mutant, _ in self.lived() if mutant.mutant_class in STRICT]

    @property
    def score(self) -> Score:
        return self._scores(lambda mutant: "")[""] if self.results else Score()

    @property
    def good(self) -> bool:
        return self.score.share >= GOAL and not self.strict()

    def _scores(self, group: Callable[[Mutant], str]) -> dict[str, Score]:
        scores: dict[str, Score] = defaultdict(Score)
        for mutant, result in self.results:
            scores[group(mutant)].add(result.outcome.verdict)
        return scores

    def print(self) -> None:
        """The survivors, then the tables, then the sum."""
        for mutant, result in self.lived():
            print(f"{mutant}{how_it_lived(result)}")
        for mutant in sorted(self.so_far, key=str):
            print(f"{mutant}: lives so far")
        if self.results:
            print()
            _table("folder", self._scores(lambda mutant: str(Path(mutant.path).parent)))
            print()
            order = {str(found): number for number, found in enumerate(Class)}
            _table("class", dict(sorted(self._scores(lambda mutant: str(mutant.mutant_class)).items(),
                                        key=lambda item: order[item[0]])))
            print()
        score = self.score
        parts = [f"{score.total} run: {score.checked} noticed by a check, {score.stopped} by a crash or a hang only, "
                 f"{score.lived} lived"]
        for number, what in ((len(self.explained), "explained as equivalent"), (len(self.not_compiled), "do not compile"),
                             (len(self.so_far), "lived through plain runs, when the time was over"),
                             (len(self.not_run), "not run")):
            if number:
                parts.append(f"{number} {what}")
        print("; ".join(parts))
        if self.results:
            print(f"score {score.share:.1%}" + (f"; of flush, zeroing and ownership {len(self.strict())} lived"
                                                if self.strict() else ""))

    def save(self, path: Path) -> None:
        """Everything, for other tools."""
        entries = [{**_described(mutant), "verdict": str(result.outcome.verdict), "by": result.outcome.by,
                    "because": result.outcome.because, "runs": result.runs, "completeness": result.completeness}
                   for mutant, result in self.results]
        entries += [{**_described(mutant), "verdict": "equivalent", "because": entry.reason}
                    for mutant, entry in self.explained]
        entries += [{**_described(mutant), "verdict": "not compiled"} for mutant in self.not_compiled]
        entries += [{**_described(mutant), "verdict": "lived so far"} for mutant in self.so_far]
        entries += [{**_described(mutant), "verdict": "not run"} for mutant in self.not_run]
        entries.sort(key=lambda entry: (entry["path"], entry["line"], entry["title"]))
        score = self.score
        path.write_text(json.dumps({"score": round(score.share, 4), "checked": score.checked, "stopped": score.stopped,
                                    "lived": score.lived, "mutants": entries}, indent=1) + "\n")


def _described(mutant: Mutant) -> dict:
    return {"path": mutant.path, "line": mutant.line, "title": mutant.title, "class": str(mutant.mutant_class)}


def how_it_lived(result: Result) -> str:
    if result.runs == 0:
        return ": no test reaches it"
    return ": more tests reach it, with more --seconds" if result.completeness is Completeness.PARTIAL else ""


def _table(head: str, scores: dict[str, Score]) -> None:
    width = max(len(head), *map(len, scores))
    print(f"{head:{width}}  mutants  by a check  crash, hang  lived   score")
    for name, score in sorted(scores.items()) if head == "folder" else scores.items():
        print(f"{name:{width}}  {score.total:7}  {score.checked:10}  {score.stopped:11}  {score.lived:5}  {score.share:6.1%}")
