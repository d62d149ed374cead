# SPDX-License-Identifier: MIT
"""Finds the machine's own Debian mirror in its apt configuration.

Both formats of sources.list(5) are read: one line per source, and deb822 stanzas. Nothing of the
system's configuration is changed; what is found goes into a sources list of the tool's own.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from lacuna_tool.errors import UserError

APT = Path("/etc/apt")


@dataclass(frozen=True)
class Source:
    """One archive the machine trusts: its URI, a suite, and how its signature is checked."""

    uri: str
    suite: str
    signed_by: str  # a keyring's path or an inline key block, in deb822 syntax; empty: apt's default


def _one_line(text: str) -> list[Source]:
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.*)", line)
        if not match or "main" not in match[4].split("#")[0].split():
            continue
        options = dict(option.split("=", 1) for option in (match[1] or "").split() if "=" in option)
        found.append(Source(match[2], match[3], options.get("signed-by", "")))
    return found


def _stanza_fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t"):
            fields[name] = fields.get(name, "") + "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _deb822(text: str) -> list[Source]:
    found = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields = _stanza_fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        if "main" not in fields.get("components", "").split():
            continue
        found += [Source(uri, suite, fields.get("signed-by", ""))
                  for uri in fields.get("uris", "").split() for suite in fields.get("suites", "").split()]
    return found


def read_sources(apt: Path = APT) -> list[Source]:
    """All enabled binary sources with a `main` component."""
    sources = []
    for path in [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]:
        if not path.is_file():
            continue
        if path.suffix == ".sources":
            sources += _deb822(path.read_text(errors="replace"))
        elif path.suffix == ".list":
            sources += _one_line(path.read_text(errors="replace"))
    return sources


def debian_mirror(apt: Path = APT) -> Source:
    """The source that serves Debian's own suites."""
    suites = ("bookworm", "trixie", "stable", "forky", "testing", "sid", "unstable")
    for source in read_sources(apt):
        if source.suite in suites and not source.uri.startswith("cdrom:"):
            return source
    raise UserError(f"no Debian mirror among the apt sources under {apt}; add one (a `deb` entry for bookworm main)")


def source_stanza(mirror: Source, suite: str) -> str:
    """A deb822 stanza for the source packages of `suite` on the same mirror."""
    lines = ["Types: deb-src", f"URIs: {mirror.uri}", f"Suites: {suite}", "Components: main"]
    if mirror.signed_by:
        lines.append(f"Signed-By: {mirror.signed_by}")
    return "\n".join(lines) + "\n"
