# SPDX-License-Identifier: MIT
"""Packs a folder into a cpio archive in "newc" format (cpio(5)), the initial RAM file system."""

import io
from pathlib import Path

from lacuna_tool.errors import usage_error

REGULAR, DIRECTORY = 0o100644, 0o040755


def _entry(out: io.BytesIO, inode: int, name: str, mode: int, data: bytes) -> None:
    encoded = name.encode() + b"\0"
    # Fields: ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check.
    # The time is always 0, so that the same folder gives the same archive.
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(encoded), 0)
    out.write(b"070701" + b"".join(b"%08x" % field for field in fields) + encoded)
    out.write(b"\0" * (-out.tell() % 4))
    out.write(data)
    out.write(b"\0" * (-out.tell() % 4))


def pack(folder: Path) -> bytes:
    """The archive of every regular file and folder below `folder`, in sorted order; links are followed."""
    if not folder.is_dir():
        raise usage_error(f"no folder at {folder}; give one with --files DIR")
    out = io.BytesIO()
    for inode, path in enumerate(sorted(folder.rglob("*")), start=1):
        name = path.relative_to(folder).as_posix()
        if path.is_dir():
            _entry(out, inode, name, DIRECTORY, b"")
        elif path.is_file():
            try:
                _entry(out, inode, name, REGULAR, path.read_bytes())
            except OSError as error:
                raise usage_error(f"cannot read {path}: {error.strerror}") from None
    _entry(out, 0, "TRAILER!!!", 0, b"")
    out.write(b"\0" * (-out.tell() % 512))
    return out.getvalue()
