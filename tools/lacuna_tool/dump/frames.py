# SPDX-License-Identifier: MIT
"""Reads the frame table out of a dump (mm/frame.hpp says what an entry holds)."""

import enum
import struct
from dataclasses import dataclass

from lacuna_tool.dump.paging import Walk

NOTE_SYMBOL = "lacuna_dump_note"
_MAGIC = 0x5446_414E_5543_414C  # "LACUNAFT", little-endian
_ZEROED = 1 << 2


class State(enum.IntEnum):
    """mm::FrameState, in its order."""

    RESERVED = 0
    BOOT = 1
    FREE = 2
    FREE_DETACHED = 3
    SHARED = 4
    SLAB_SHARED = 5
    PAGE_TABLE = 6
    EXCLUSIVE = 7
    SLAB_EXCLUSIVE = 8
    HEAP_EXCLUSIVE = 9
    STACK = 10
    IMAGE = 11
    IN_TRANSIT = 12
    QUARANTINED = 13


class Scheme(enum.IntEnum):
    """mm::Scheme: how exclusive memory is mapped, and so what rules hold."""

    WINDOW = 0
    CLONE = 1
    KEYED = 2
    IN_PLACE = 3


OWNED = frozenset({State.EXCLUSIVE, State.SLAB_EXCLUSIVE, State.HEAP_EXCLUSIVE, State.STACK, State.IMAGE})
DETACHED = OWNED | {State.FREE_DETACHED, State.IN_TRANSIT, State.QUARANTINED}


@dataclass(frozen=True)
class Frame:
    state: State
    owner: int
    known_zero: bool


def read(walk: Walk, root: int, note_address: int) -> tuple[list[Frame], Scheme]:
    """All entries. The note that the kernel leaves says where they are; see mm/dump_note.hpp."""
    magic, address, count, size, scheme = struct.unpack("<5Q", walk.read_virtual(root, note_address, 40))
    if magic != _MAGIC or size < 16:
        raise ValueError("the kernel has left no note about its frame table: did it boot as far as memory?")
    data = walk.read_virtual(root, address, count * size)
    frames = []
    for offset in range(0, count * size, size):
        owner, state, _, flags = struct.unpack_from("<HBBB", data, offset + 8)
        frames.append(Frame(State(state), owner, bool(flags & _ZEROED)))
    return frames, Scheme(scheme)
