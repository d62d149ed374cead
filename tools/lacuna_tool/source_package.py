# SPDX-License-Identifier: MIT
"""Fetches foreign source, unmodified: Debian's source packages, pinned by the checksum of the original archive."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lacuna_tool import apt_sources, paths
from lacuna_tool.console import say, tail
from lacuna_tool.errors import UserError


@dataclass(frozen=True)
class SourcePackage:
    """An archive of the upstream's, and where Debian has it."""

    name: str     # of the program, as users know it
    package: str
    version: str
    suite: str
    archive: str
    # Of the upstream archive and not of the package: Debian's revision moves, its original does not.
    sha256: str

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    def directory(self) -> Path:
        """The unpacked source; complete as soon as it exists, because it is renamed into place."""
        return paths.cache_dir() / f"{self.package}-{self.version}-{self.sha256[:12]}"


LWIP = SourcePackage("lwIP", "lwip", "2.2.1", "trixie", "lwip_2.2.1+dfsg1.orig.tar.xz",
                     "83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1")
MIMALLOC = SourcePackage("mimalloc", "mimalloc", "2.0.9", "bookworm", "mimalloc_2.0.9+ds.orig.tar.xz",
                         "cbc9d207ff105ad1f0cb739c378076143a6452b8d0624309cea0abfb040e972b")
ALL = (LWIP, MIMALLOC)


def _apt_get(wanted: SourcePackage, state: Path, *arguments: str) -> None:
    options = {"Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": state / "sources",
               "Dir::State::lists": state / "lists", "Dir::Cache": state / "cache",
               "APT::Sandbox::User": "root", "Acquire::Languages": "none", "Acquire::Retries": "3"}
    command = ["apt-get", "-q"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    result = subprocess.run(command + list(arguments), cwd=state, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise UserError(f"could not fetch {wanted.title} from the Debian mirror; apt-get {arguments[0]} said:",
                        tail(result.stdout))


def _download(wanted: SourcePackage, state: Path) -> Path:
    for folder in ("sources", "lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True)
    stanza = apt_sources.source_stanza(apt_sources.debian_mirror(), wanted.suite)
    (state / "sources" / "wanted.sources").write_text(stanza)
    _apt_get(wanted, state, "update")
    _apt_get(wanted, state, "source", "--download-only", f"{wanted.package}/{wanted.suite}")
    archive = state / wanted.archive
    if not archive.is_file():
        raise UserError(f"the Debian mirror's {wanted.suite} no longer has {wanted.title}; "
                        f"put its source at {wanted.directory()}")
    return archive


def _verify(wanted: SourcePackage, archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != wanted.sha256:
        raise UserError(f"{archive.name} has SHA-256 {digest}, expected {wanted.sha256}: not used")


def fetch(wanted: SourcePackage) -> Path:
    """Returns the directory of a package's source, fetching it if it is not there yet."""
    target = wanted.directory()
    if target.is_dir():
        return target
    say(f"fetching {wanted.title}, a Debian source package, into {paths.cache_dir()} (once)")
    with tempfile.TemporaryDirectory(dir=paths.cache_dir(), prefix="fetch-") as name:
        state = Path(name)
        archive = _download(wanted, state)
        _verify(wanted, archive)
        with tarfile.open(archive, "r:xz") as tar:
            # No extraction filter: Debian 12's Python lacks it, and the checksum says whose archive this is.
            tar.extractall(state / "unpacked")
        (top,) = (state / "unpacked").iterdir()
        try:
            top.rename(target)
        except OSError:
            # Another run was faster. Its copy has passed the same check.
            shutil.rmtree(top, ignore_errors=True)
    return target
