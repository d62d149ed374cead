# SPDX-License-Identifier: MIT
"""The kernel's image with mutants: copies, in each of which it is one mutant's turn."""

import shutil
import struct
from pathlib import Path

from lacuna_tool.dump import elf
from lacuna_tool.errors import UserError

SYMBOL = "_ZN13lacuna_mutate6activeE"
NOBODY = 0xFFFFFFFF  # as in runtime/lacuna_mutate.hpp: the kernel then says what is reached


def _file_offset(image: Path, address: int) -> int:
    """Where in the file a byte of memory comes from."""
    data = image.read_bytes()
    (table,) = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    for index in range(count):
        # Program header: type, flags, offset, virtual address, physical address, size in file, size in memory, alignment.
        kind, _, offset, virtual, _, in_file, _, _ = struct.unpack_from("<IIQQQQQQ", data, table + index * size)
        if kind == 1 and virtual <= address < virtual + in_file:
            return offset + address - virtual
    raise UserError(f"{image.name} has no room in its file for the mutant's number")


class Image:
    """A copy of `built` at `path`."""

    def __init__(self, built: Path, path: Path):
        self.path = path
        shutil.copyfile(built, path)
        self._offset = _file_offset(path, elf.symbols(path)[SYMBOL])

    def choose(self, number: int) -> None:
        """Makes it this mutant's turn at the next boot."""
        with open(self.path, "r+b") as file:
            file.seek(self._offset)
            file.write(struct.pack("<I", number))
