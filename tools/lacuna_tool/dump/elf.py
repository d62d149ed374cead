# SPDX-License-Identifier: MIT
"""Finds symbols in an ELF64 file (System V ABI, chapter 4)."""

import struct
from pathlib import Path

_SYMTAB = 2


def symbols(path: Path) -> dict[str, int]:
    """Name to value, for every named symbol."""
    data = path.read_bytes()
    if data[:5] != b"\x7fELF\x02":
        raise ValueError(f"{path.name} is not an ELF64 file")
    (table,) = struct.unpack_from("<Q", data, 0x28)
    entry_size, count = struct.unpack_from("<HH", data, 0x3A)
    # Section header: name, type, flags, address, offset, size, link, info, alignment, entry size.
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + index * entry_size) for index in range(count)]
    found = {}
    for section in sections:
        if section[1] != _SYMTAB:
            continue
        names = sections[section[6]][4]
        for offset in range(section[4], section[4] + section[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, offset)
            if name:
                start = names + name
                found[data[start:data.index(b"\0", start)].decode(errors="replace")] = value
    return found
