# SPDX-License-Identifier: MIT
"""What has to hold of every page table with isolation `pgd`; violations come back as sentences."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lacuna_tool.dump import elf, frames
from lacuna_tool.dump.frames import DETACHED, OWNED, Frame, State
from lacuna_tool.dump.paging import ADDRESS, PAGE, PRESENT, ROOT_LEVEL, Leaf, Memory, Walk, canonical, span

# PML4 slots; the picture is in README.md.
DIRECT_MAP, WINDOWS, DEVICES, LAST = 256, (320, 321, 322), 352, 511
# Entries of the last slot's PDPT: the kernel's image, which is shared, and lwIP's, which is not.
KERNEL_IMAGE, LWIP_IMAGE = 510, 511
_HARDWARE_NOTES = 0x60  # accessed and dirty: the processor writes them


@dataclass
class Report:
    """What the audit saw, for the reader and for tests that want it to have seen something."""

    roots: list[int] = field(default_factory=list)
    owned_frames: int = 0
    owners: set[int] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)

    def add(self, sentence: str) -> None:
        self.violations.append(sentence)


def _slot_base(slot: int) -> int:
    return canonical(slot * span(ROOT_LEVEL))


def find_roots(memory: Memory, table: list[Frame], loaded: int) -> list[int]:
    """Every PGD: the loaded one, and each page-table page that has the same direct map in the same slot."""
    mark = memory.entry(loaded, DIRECT_MAP) & (ADDRESS | PRESENT)
    roots = [number * PAGE for number in range(min(memory.frames, len(table)))
             if table[number].state in (State.PAGE_TABLE, State.BOOT)
             and memory.entry(number * PAGE, DIRECT_MAP) & (ADDRESS | PRESENT) == mark]
    return roots if loaded in roots else [loaded, *roots]


class Audit:
    """One pass over a dump."""

    def __init__(self, memory: Memory, kernel: Path, loaded_root: int):
        self._memory = memory
        self._walk = Walk(memory)
        self._loaded = loaded_root & ADDRESS
        note = elf.symbols(kernel)[frames.NOTE_SYMBOL]
        self._table = frames.read(self._walk, self._loaded, note)
        self._windows: dict[int, set[int]] = defaultdict(set)  # frame to the owners whose window maps it
        self.report = Report()

    def run(self) -> Report:
        """Checks everything."""
        self.report.roots = find_roots(self._memory, self._table, self._loaded)
        self._check_shared()
        for root in self.report.roots:
            self._check_root(root)
        self._check_owned()
        self._check_tables()
        self._check_contents()
        return self.report

    def _state(self, number: int) -> State:
        return self._table[number].state if number < len(self._table) else State.RESERVED

    def _check_rights(self, leaf: Leaf, where: str) -> None:
        if leaf.writable and leaf.executable:
            self.report.add(f"{where}: {leaf.virtual:#x} is writable and executable")
        if leaf.user:
            self.report.add(f"{where}: {leaf.virtual:#x} is open to user mode")

    def _check_shared(self) -> None:
        """The direct map, devices and the kernel's image: walked once, because all PGDs share their tables."""
        entry = self._memory.entry(self._loaded, DIRECT_MAP)
        mapped = set()
        for leaf in self._walk.leaves(entry, ROOT_LEVEL, DIRECT_MAP * span(ROOT_LEVEL)):
            self._check_rights(leaf, "direct map")
            if leaf.virtual - _slot_base(DIRECT_MAP) != leaf.physical:
                self.report.add(f"direct map: {leaf.virtual:#x} maps {leaf.physical:#x}")
            if leaf.executable:
                self.report.add(f"direct map: {leaf.virtual:#x} is executable")
            mapped.update(leaf.frames())
        for number, frame in enumerate(self._table):
            if number in mapped and (frame.state in DETACHED or frame.state is State.RESERVED):
                self.report.add(f"direct map: has frame {number:#x}, {frame.state.name}, owner {frame.owner}")
            if number not in mapped and frame.state not in DETACHED and frame.state is not State.RESERVED:
                self.report.add(f"direct map: lacks frame {number:#x}, {frame.state.name}: a hole nobody owns")
        if extra := sorted(number for number in mapped if number >= len(self._table)):
            self.report.add(f"direct map: has {len(extra)} frames beyond the frame table, from {extra[0]:#x}")
        last = self._memory.entry(self._loaded, LAST)
        kernel = self._memory.entry(last & ADDRESS, KERNEL_IMAGE)
        for entry, level, base in ((self._memory.entry(self._loaded, DEVICES), ROOT_LEVEL, _slot_base(DEVICES)),
                                   (kernel, ROOT_LEVEL - 1, _slot_base(LAST) + KERNEL_IMAGE * span(3))):
            if entry & PRESENT:
                self._check_shared_leaves(entry, level, base)

    def _check_shared_leaves(self, entry: int, level: int, base: int) -> None:
        for leaf in self._walk.leaves(entry, level, base & (1 << 48) - 1):
            self._check_rights(leaf, "shared half")
            for number in leaf.frames():
                if self._state(number) in DETACHED:
                    self.report.add(f"shared half: {leaf.virtual:#x} maps frame {number:#x}, "
                                    f"{self._state(number).name}, owner {self._table[number].owner}")

    def _check_root(self, root: int) -> None:
        entries, reference = self._memory.table(root), self._memory.table(self._loaded)
        self._walk.tables[root] = ROOT_LEVEL
        for slot, entry in enumerate(entries):
            if not entry & PRESENT:
                if entry:
                    self._walk.stale_entries.append((root, slot))
                continue
            if slot in (DIRECT_MAP, DEVICES):
                if (entry ^ reference[slot]) & ~_HARDWARE_NOTES:
                    self.report.add(f"PGD {root:#x}: slot {slot} differs from the others' ({entry:#x})")
            elif slot in WINDOWS:
                self._check_window(root, slot, entry)
            elif slot == LAST:
                self._check_last(root, entry, reference[LAST])
            else:
                self.report.add(f"PGD {root:#x}: slot {slot} is present and should not be")

    def _check_private(self, root: int, leaf: Leaf, where: str) -> list[int]:
        """Rules of mappings that one domain has; returns the owners of the frames."""
        self._check_rights(leaf, where)
        if leaf.is_global:
            self.report.add(f"PGD {root:#x}: {where} {leaf.virtual:#x} is global: it survives a switch")
        if leaf.executable:
            self.report.add(f"PGD {root:#x}: {where} {leaf.virtual:#x} is executable")
        for number in leaf.frames():
            if self._state(number) not in OWNED:
                self.report.add(f"PGD {root:#x}: {where} maps frame {number:#x}, {self._state(number).name}")
        return [self._table[number].owner for number in leaf.frames() if self._state(number) in OWNED]

    def _check_window(self, root: int, slot: int, entry: int) -> None:
        owners = set()
        for leaf in self._walk.leaves(entry, ROOT_LEVEL, slot * span(ROOT_LEVEL)):
            found = self._check_private(root, leaf, "window")
            if leaf.virtual - _slot_base(slot) != leaf.physical:
                self.report.add(f"PGD {root:#x}: window {leaf.virtual:#x} maps {leaf.physical:#x}")
            owners.update(found)
            for number in leaf.frames():
                self._windows[number].update(found)
        self._check_one_owner(root, f"slot {slot}", owners)

    def _check_last(self, root: int, entry: int, reference: int) -> None:
        table, shared = self._memory.table(entry & ADDRESS), self._memory.table(reference & ADDRESS)
        self._walk.tables[entry & ADDRESS] = ROOT_LEVEL - 1
        owners = set()
        for index, child in enumerate(table):
            if index == KERNEL_IMAGE:
                if (child ^ shared[index]) & ~_HARDWARE_NOTES:
                    self.report.add(f"PGD {root:#x}: another kernel image ({child:#x})")
            elif index == LWIP_IMAGE and child & PRESENT:
                base = LAST * span(ROOT_LEVEL) + index * span(ROOT_LEVEL - 1)
                for leaf in self._walk.leaves(child, ROOT_LEVEL - 1, base):
                    owners.update(self._check_private(root, leaf, "lwIP image"))
                    for number in leaf.frames():
                        if self._state(number) is not State.IMAGE:
                            self.report.add(f"PGD {root:#x}: lwIP image maps frame {number:#x}, "
                                            f"{self._state(number).name}")
            elif child & PRESENT:
                self.report.add(f"PGD {root:#x}: last slot, entry {index} is present and should not be")
        self._check_one_owner(root, "lwIP image", owners)

    def _check_one_owner(self, root: int, where: str, owners: set[int]) -> None:
        if len(owners) > 1:
            self.report.add(f"PGD {root:#x}: {where} maps frames of domains {sorted(owners)}")
        self.report.owners |= owners

    def _check_owned(self) -> None:
        for number, frame in enumerate(self._table):
            if frame.state not in OWNED:
                continue
            self.report.owned_frames += 1
            if self._windows.get(number) != {frame.owner}:
                self.report.add(f"frame {number:#x}, {frame.state.name} of domain {frame.owner}: in the windows of "
                                f"{sorted(self._windows.get(number, set())) or 'nobody'}")

    def _check_tables(self) -> None:
        for physical in self._walk.tables:
            if self._state(physical // PAGE) not in (State.PAGE_TABLE, State.BOOT):
                self.report.add(f"page table at {physical:#x} is in a frame that is "
                                f"{self._state(physical // PAGE).name}")
        for physical, index in self._walk.stale_entries:
            self.report.add(f"page table at {physical:#x}: entry {index} is not present and not zero "
                            f"({self._memory.entry(physical, index):#x})")

    def _check_contents(self) -> None:
        """A free frame that was exclusive, or is known to be zero, holds nothing of anybody."""
        for number, frame in enumerate(self._table[:self._memory.frames]):
            if (frame.state is State.FREE_DETACHED or frame.state is State.FREE and frame.known_zero) \
                    and not self._memory.is_zero(number):
                self.report.add(f"frame {number:#x}, {frame.state.name}: not zero")
