# SPDX-License-Identifier: MIT
"""Fetches lwIP's unmodified source: Debian's source package, pinned by the checksum of the original archive."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from lacuna_tool import apt_sources, paths
from lacuna_tool.console import say, tail
from lacuna_tool.errors import UserError

VERSION = "2.2.1"
SUITE = "trixie"
ARCHIVE = "lwip_2.2.1+dfsg1.orig.tar.xz"
# Of the upstream archive and not of the package: Debian's revision moves, its original does not.
SHA256 = "83729c274c499d3348e9fbbe043a3113f3fa8953e7efddc7c21c7fcbb1f2b7b1"


def directory() -> Path:
    """The unpacked source; complete as soon as it exists, because it is renamed into place."""
    return paths.cache_dir() / f"lwip-{VERSION}-{SHA256[:12]}"


def _apt_get(state: Path, *arguments: str) -> None:
    options = {"Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": state / "sources",
               "Dir::State::lists": state / "lists", "Dir::Cache": state / "cache",
               "APT::Sandbox::User": "root", "Acquire::Languages": "none", "Acquire::Retries": "3"}
    command = ["apt-get", "-q"]
    for key, value in options.items():
        command += ["-o", f"{key}={value}"]
    result = subprocess.run(command + list(arguments), cwd=state, text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise UserError(f"could not fetch lwIP {VERSION} from the Debian mirror; apt-get {arguments[0]} said:",
                        tail(result.stdout))


def _download(state: Path) -> Path:
    for folder in ("sources", "lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True)
    stanza = apt_sources.source_stanza(apt_sources.debian_mirror(), SUITE)
    (state / "sources" / "lwip.sources").write_text(stanza)
    _apt_get(state, "update")
    _apt_get(state, "source", "--download-only", f"lwip/{SUITE}")
    archive = state / ARCHIVE
    if not archive.is_file():
        raise UserError(f"the Debian mirror's {SUITE} no longer has lwIP {VERSION}; put its source at {directory()}")
    return archive


def _verify(archive: Path) -> None:
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != SHA256:
        raise UserError(f"{archive.name} has SHA-256 {digest}, expected {SHA256}: not used")


def fetch() -> Path:
    """Returns the directory of lwIP's source, fetching it if it is not there yet."""
    target = directory()
    if target.is_dir():
        return target
    say(f"fetching lwIP {VERSION}, a Debian source package, into {paths.cache_dir()} (once)")
    with tempfile.TemporaryDirectory(dir=paths.cache_dir(), prefix="fetch-") as name:
        state = Path(name)
        archive = _download(state)
        _verify(archive)
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
