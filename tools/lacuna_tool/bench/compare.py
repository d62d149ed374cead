# SPDX-License-Identifier: MIT
"""Old figures beside new ones."""

from lacuna_tool.bench.table import NAME_WIDTH, number

# What may differ between two contexts without making their figures incomparable.
_INCIDENTAL = {"date", "commit", "changed_files", "load_avg", "meaning", "executable", "host_cpu"}


def differences(old: dict, new: dict) -> list[str]:
    """How two contexts differ, as far as it matters; `policies` and `cpu_features` part by part."""
    found = []
    for key in sorted(set(old) | set(new)):
        before, after = old.get(key), new.get(key)
        if key in _INCIDENTAL or before == after:
            continue
        if key == "mhz_per_cpu" and not (before and after and abs(before - after) > 0.05 * after):
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            found += [f"{key}.{part}: {before.get(part)} -> {after.get(part)}"
                      for part in sorted(set(before) | set(after)) if before.get(part) != after.get(part)]
        else:
            found.append(f"{key}: {before} -> {after}")
    return found


def _value(entry: dict | None) -> float | None:
    return entry.get("value") if entry and isinstance(entry.get("value"), (int, float)) else None


def rows(old: dict, new: dict) -> list[str]:
    """A line for each benchmark of the new document: old, new, ratio."""
    before = {entry["name"]: entry for entry in old["benchmarks"]}
    lines = [f"{'':{NAME_WIDTH}} {'old':>14} {'new':>14} {'new/old':>8}"]
    for entry in new["benchmarks"]:
        was, now = _value(before.get(entry["name"])), _value(entry)
        ratio = f"{now / was:8.2f}" if was and now is not None else f"{'-':>8}"
        shown = [f"{'-' if value is None else number(value):>14}" for value in (was, now)]
        lines.append(f"{entry['name']:{NAME_WIDTH}} {shown[0]} {shown[1]} {ratio}")
    return lines


def report(old: dict, new: dict) -> str:
    """The comparison as text, with a warning first if the two were not measured alike."""
    differing = differences(old["context"], new["context"])
    warning = [f"the two were not measured alike: {'; '.join(differing)}", ""] if differing else []
    return "\n".join(warning + rows(old, new))
