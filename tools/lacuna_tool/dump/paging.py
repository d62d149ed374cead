# SPDX-License-Identifier: MIT
"""Walks four-level page tables in a dump of physical memory (Intel SDM vol. 3, 4.5)."""

import struct
from dataclasses import dataclass
from typing import Iterator

PAGE = 4096
PRESENT, WRITE, USER, LARGE, GLOBAL = 1 << 0, 1 << 1, 1 << 2, 1 << 7, 1 << 8
NO_EXECUTE = 1 << 63
KEY_SHIFT, KEYS = 59, 16  # a leaf's protection key
ADDRESS = 0x000F_FFFF_FFFF_F000

ROOT_LEVEL, LEAF_LEVEL = 4, 1


def span(level: int) -> int:
    """Bytes that one entry of a table at `level` covers."""
    return PAGE << (9 * (level - 1))


def canonical(address: int) -> int:
    return address | 0xFFFF_0000_0000_0000 if address & (1 << 47) else address


@dataclass(frozen=True)
class Leaf:
    """One present translation. The rights are those of the whole path: an upper level can take them away."""

    virtual: int
    physical: int
    size: int
    writable: bool
    executable: bool
    user: bool
    is_global: bool
    key: int

    def frames(self) -> range:
        return range(self.physical // PAGE, (self.physical + self.size) // PAGE)


class Memory:
    """A dump of physical memory from address 0."""

    def __init__(self, data: bytes):
        self._data = data

    @property
    def frames(self) -> int:
        return len(self._data) // PAGE

    def read(self, physical: int, size: int) -> bytes:
        if physical + size > len(self._data):
            raise ValueError(f"physical address {physical:#x} is not in the dump")
        return self._data[physical:physical + size]

    def table(self, physical: int) -> tuple[int, ...]:
        """The 512 entries of a page-table page."""
        return struct.unpack("<512Q", self.read(physical, PAGE))

    def entry(self, physical: int, index: int) -> int:
        return struct.unpack_from("<Q", self._data, physical + 8 * index)[0]

    def is_zero(self, frame: int) -> bool:
        return not any(memoryview(self._data)[frame * PAGE:(frame + 1) * PAGE].cast("Q"))


@dataclass
class Walk:
    """Walks subtrees and keeps what it met on the way besides the leaves."""

    memory: Memory

    def __post_init__(self) -> None:
        self.tables: dict[int, int] = {}        # physical address of a table to its level
        self.stale_entries: list[tuple[int, int]] = []  # table and index of entries not present and not zero

    def leaves(self, entry: int, level: int, virtual: int, rights: int = WRITE | USER,
               no_execute: int = 0) -> Iterator[Leaf]:
        """The leaves below `entry`, which stands in a table at `level` and covers `virtual`."""
        rights &= entry
        no_execute |= entry & NO_EXECUTE
        physical = entry & ADDRESS
        if level == LEAF_LEVEL or entry & LARGE and level < ROOT_LEVEL:
            physical &= ~(span(level) - 1)
            yield Leaf(canonical(virtual), physical, span(level), bool(rights & WRITE), not no_execute,
                       bool(rights & USER), bool(entry & GLOBAL), entry >> KEY_SHIFT & KEYS - 1)
            return
        below = level - 1
        self.tables[physical] = below
        for index, child in enumerate(self.memory.table(physical)):
            if child & PRESENT:
                yield from self.leaves(child, below, virtual + index * span(below), rights, no_execute)
            elif child:
                self.stale_entries.append((physical, index))

    def translate(self, root: int, virtual: int) -> int:
        """The physical address behind `virtual`; ValueError if there is none."""
        table = root
        for level in range(ROOT_LEVEL, 0, -1):
            entry = self.memory.entry(table, virtual // span(level) % 512)
            if not entry & PRESENT:
                raise ValueError(f"{virtual:#x} is not mapped")
            if level == LEAF_LEVEL or entry & LARGE and level < ROOT_LEVEL:
                return (entry & ADDRESS & ~(span(level) - 1)) + virtual % span(level)
            table = entry & ADDRESS
        raise AssertionError("unreachable")

    def read_virtual(self, root: int, virtual: int, size: int) -> bytes:
        """Reads across page boundaries."""
        data = b""
        while len(data) < size:
            step = min(size - len(data), PAGE - (virtual + len(data)) % PAGE)
            data += self.memory.read(self.translate(root, virtual + len(data)), step)
        return data
