# SPDX-License-Identifier: MIT
"""What has to hold of every page table, under each isolation and placement; violations come back as sentences."""

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from lacuna_tool.dump import elf, frames
from lacuna_tool.dump.frames import DETACHED, OWNED, Frame, Scheme, State
from lacuna_tool.dump.paging import ADDRESS, PAGE, PRESENT, ROOT_LEVEL, Leaf, Memory, Walk, canonical, span

# PML4 slots; the picture is in README.md.
DIRECT_MAP, WINDOWS, DEVICES, WORKSHOP, LAST = 256, (320, 321, 322), 352, 353, 511
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
    """Every PGD: the loaded one, and each page-table page that has the same devices in the same slot. Not that of the
    boot, which is part of the kernel's image and never loaded again."""
    mark = memory.entry(loaded, DEVICES) & (ADDRESS | PRESENT)
    roots = [number * PAGE for number in range(min(memory.frames, len(table)))
             if table[number].state is State.PAGE_TABLE
             and memory.entry(number * PAGE, DEVICES) & (ADDRESS | PRESENT) == mark]
    return roots if loaded in roots else [loaded, *roots]


class Audit:
    """One pass over a dump."""

    def __init__(self, memory: Memory, kernel: Path, loaded_root: int):
        self._memory = memory
        self._walk = Walk(memory)
        self._loaded = loaded_root & ADDRESS
        note = elf.symbols(kernel)[frames.NOTE_SYMBOL]
        self._table, self._scheme = frames.read(self._walk, self._loaded, note)
        self._reference = self._loaded  # the PGD that the others are held against
        self._shared_leaves: dict[int, Leaf] = {}  # the kernel's direct map by virtual address
        self._keys: dict[int, set[int]] = defaultdict(set)  # owner to the keys of its pages
        self._windows: dict[int, set[int]] = defaultdict(set)  # frame to the owners whose window maps it
        self.report = Report()

    def run(self) -> Report:
        """Checks everything."""
        self.report.roots = find_roots(self._memory, self._table, self._loaded)
        self._reference = self._kernel_root()
        self._check_shared()
        if self._scheme is Scheme.KEYED:
            self._check_keyed_window()
        for root in self.report.roots:
            self._check_root(root)
        self._check_owned()
        self._check_tables()
        self._check_contents()
        return self.report

    def _kernel_root(self) -> int:
        """The PGD to compare with. Where each domain has a copy of the direct map, the one whose map is nobody's."""
        for root in self.report.roots if self._scheme is Scheme.CLONE else []:
            if self._table[(self._memory.entry(root, DIRECT_MAP) & ADDRESS) // PAGE].owner == 0:
                return root
        return self._loaded

    @property
    def _leaving(self) -> frozenset[State]:
        """The states whose frames the direct map must not have."""
        return frozenset() if self._scheme is Scheme.IN_PLACE else DETACHED

    def _state(self, number: int) -> State:
        return self._table[number].state if number < len(self._table) else State.RESERVED

    def _check_rights(self, leaf: Leaf, where: str) -> None:
        if leaf.writable and leaf.executable:
            self.report.add(f"{where}: {leaf.virtual:#x} is writable and executable")
        if leaf.user:
            self.report.add(f"{where}: {leaf.virtual:#x} is open to user mode")
        if leaf.key and self._scheme is not Scheme.KEYED:
            self.report.add(f"{where}: {leaf.virtual:#x} has protection key {leaf.key}")

    def _check_shared(self) -> None:
        """The kernel's direct map, devices and image. But for copies of the direct map all PGDs share their tables."""
        entry = self._memory.entry(self._reference, DIRECT_MAP)
        mapped = set()
        for leaf in self._walk.leaves(entry, ROOT_LEVEL, DIRECT_MAP * span(ROOT_LEVEL)):
            self._shared_leaves[leaf.virtual] = leaf
            self._check_rights(leaf, "direct map")
            if leaf.key:
                self.report.add(f"direct map: {leaf.virtual:#x} has protection key {leaf.key}")
            if leaf.is_global and self._scheme is Scheme.CLONE:
                self.report.add(f"direct map: {leaf.virtual:#x} is global, and every copy has its own")
            if leaf.virtual - _slot_base(DIRECT_MAP) != leaf.physical:
                self.report.add(f"direct map: {leaf.virtual:#x} maps {leaf.physical:#x}")
            if leaf.executable:
                self.report.add(f"direct map: {leaf.virtual:#x} is executable")
            mapped.update(leaf.frames())
        for number, frame in enumerate(self._table):
            if number in mapped and (frame.state in self._leaving or frame.state is State.RESERVED):
                self.report.add(f"direct map: has frame {number:#x}, {frame.state.name}, owner {frame.owner}")
            if number not in mapped and frame.state not in self._leaving and frame.state is not State.RESERVED:
                self.report.add(f"direct map: lacks frame {number:#x}, {frame.state.name}: a hole nobody owns")
        if extra := sorted(number for number in mapped if number >= len(self._table)):
            self.report.add(f"direct map: has {len(extra)} frames beyond the frame table, from {extra[0]:#x}")
        last = self._memory.entry(self._reference, LAST)
        kernel = self._memory.entry(last & ADDRESS, KERNEL_IMAGE)
        for entry, level, base in ((self._memory.entry(self._reference, DEVICES), ROOT_LEVEL, _slot_base(DEVICES)),
                                   (kernel, ROOT_LEVEL - 1, _slot_base(LAST) + KERNEL_IMAGE * span(3))):
            if entry & PRESENT:
                self._check_shared_leaves(entry, level, base)

    def _check_shared_leaves(self, entry: int, level: int, base: int) -> None:
        for leaf in self._walk.leaves(entry, level, base & (1 << 48) - 1):
            self._check_rights(leaf, "shared half")
            if leaf.key:
                self.report.add(f"shared half: {leaf.virtual:#x} has protection key {leaf.key}")
            for number in leaf.frames():
                if self._state(number) in DETACHED:
                    self.report.add(f"shared half: {leaf.virtual:#x} maps frame {number:#x}, "
                                    f"{self._state(number).name}, owner {self._table[number].owner}")

    def _check_root(self, root: int) -> None:
        entries, reference = self._memory.table(root), self._memory.table(self._reference)
        self._walk.tables[root] = ROOT_LEVEL
        for slot, entry in enumerate(entries):
            if not entry & PRESENT:
                if entry:
                    self._walk.stale_entries.append((root, slot))
                continue
            if slot == DIRECT_MAP and self._scheme is Scheme.CLONE:
                if entry & ADDRESS != reference[slot] & ADDRESS:
                    self._check_copy(root, entry)
            elif slot in (DIRECT_MAP, DEVICES) or slot == WINDOWS[0] and self._scheme is Scheme.KEYED:
                if (entry ^ reference[slot]) & ~_HARDWARE_NOTES:
                    self.report.add(f"PGD {root:#x}: slot {slot} differs from the others' ({entry:#x})")
            elif slot in WINDOWS and self._scheme is Scheme.WINDOW:
                self._check_window(root, slot, entry)
            elif slot == WORKSHOP:
                self._check_workshop(root, entry)
            elif slot == LAST:
                self._check_last(root, entry, reference[LAST])
            else:
                self.report.add(f"PGD {root:#x}: slot {slot} is present and should not be")

    def _check_workshop(self, root: int, entry: int) -> None:
        """A CPU's workshop is empty unless the CPU is just in it, with interrupts off."""
        for leaf in self._walk.leaves(entry, ROOT_LEVEL, WORKSHOP * span(ROOT_LEVEL)):
            if root != self._loaded:
                self.report.add(f"PGD {root:#x}: frame {leaf.physical // PAGE:#x} was left behind in a workshop")

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

    def _check_copy(self, root: int, entry: int) -> None:
        """A copy of the direct map: the kernel's leaves, all of them, and frames of one domain where it has holes."""
        owners, missing = set(), dict(self._shared_leaves)
        for leaf in self._walk.leaves(entry, ROOT_LEVEL, DIRECT_MAP * span(ROOT_LEVEL)):
            if leaf == self._shared_leaves.get(leaf.virtual):
                del missing[leaf.virtual]
                continue
            found = self._check_private(root, leaf, "copy of the direct map")
            if leaf.virtual - _slot_base(DIRECT_MAP) != leaf.physical:
                self.report.add(f"PGD {root:#x}: copy of the direct map {leaf.virtual:#x} maps {leaf.physical:#x}")
            owners.update(found)
            for number in leaf.frames():
                self._windows[number].update(found)
        if missing:
            self.report.add(f"PGD {root:#x}: its copy of the direct map lacks {len(missing)} leaves of the kernel's, "
                            f"from {min(missing):#x}")
        self._check_one_owner(root, "copy of the direct map", owners)

    def _check_keyed_window(self) -> None:
        """The window of all domains: every leaf under a key, every owner under one key, every key for one owner."""
        slot = WINDOWS[0]
        for leaf in self._walk.leaves(self._memory.entry(self._reference, slot), ROOT_LEVEL, slot * span(ROOT_LEVEL)):
            if leaf.virtual - _slot_base(slot) != leaf.physical:
                self.report.add(f"window {leaf.virtual:#x} maps {leaf.physical:#x}")
            for owner, number in zip(self._check_private(self._reference, leaf, "window"), leaf.frames()):
                self._keys[owner].add(leaf.key)
                self._windows[number].add(owner)
                self.report.owners.add(owner)
        for owner, keys in self._keys.items():
            others = [other for other, theirs in self._keys.items() if other != owner and theirs & keys]
            if len(keys) != 1 or 0 in keys or others:
                self.report.add(f"domain {owner}: its pages have protection keys {sorted(keys)}"
                                + (f", as have those of {others}" if others else ""))

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
                    found = self._check_private(root, leaf, "lwIP image")
                    owners.update(found)
                    if self._scheme is Scheme.KEYED and any(self._keys[owner] != {leaf.key} for owner in found):
                        self.report.add(f"PGD {root:#x}: lwIP image {leaf.virtual:#x} has protection key {leaf.key}")
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
            if self._scheme is not Scheme.IN_PLACE and self._windows.get(number) != {frame.owner}:
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
        """A free frame that was exclusive, or is known to be zero, holds nothing of anybody. What is in quarantine is not free."""
        for number, frame in enumerate(self._table[:self._memory.frames]):
            free = frame.state is State.FREE_DETACHED
            if (free or frame.state is State.FREE and frame.known_zero) and not self._memory.is_zero(number):
                self.report.add(f"frame {number:#x}, {frame.state.name}: not zero")
