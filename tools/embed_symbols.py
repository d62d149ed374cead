#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the kernel's own symbol table into the room that arch/x86_64/boot/symbol_room.S keeps for it.

Usage: embed_symbols.py NM ELF        (run by CMake after linking)

The room is the last section of the image, so filling it moves nothing that was linked. Its layout, little endian,
is read by kernel/diag/symbols.cpp:

    u32 magic, u32 count
    count times: u32 offset from the start of the image, u32 size (0: unknown), u32 offset of the name
    names, each ending in a zero byte

Entries are sorted by offset. Names are demangled and shortened to what a backtrace needs: no return types, template
arguments or parameters.
"""

import re
import struct
import subprocess
import sys

MAGIC = 0x4D59534C  # "LSYM"
ENTRY = struct.Struct("<III")
MAX_NAME = 100


def strip_groups(text, opening, closing):
    """Removes balanced groups, nested ones included."""
    result, depth = [], 0
    for char in text:
        if char == opening:
            depth += 1
        elif char == closing and depth > 0:
            depth -= 1
        elif depth == 0:
            result.append(char)
    return "".join(result)


def shorten(name):
    """'kernel::Result<void> mm::Buddy::add<int>(mm::Pfn) const' -> 'mm::Buddy::add'"""
    name = re.sub(r"( \(|)\.(llvm\.)?\d+\)?$", "", name)  # what link-time optimisation adds
    name = name.replace("(anonymous namespace)::", "").replace("operator()", "operator\1")
    name = re.sub(r"operator(<=>|<<=?|>>=?|<=|>=|->\*?|<|>)",
                  lambda m: "operator" + m[1].replace("<", "\2").replace(">", "\3"), name)
    name = strip_groups(strip_groups(name, "<", ">"), "(", ")")
    name = re.sub(r"\[abi:\w+\]| const$| const(?=::)|&+$| requires .*", "", name).strip()
    if "operator " not in name:
        name = name.split(" ")[-1]
    return name.replace("\1", "()").replace("\2", "<").replace("\3", ">")[:MAX_NAME]


def read_symbols(nm, elf):
    """Yields (address, size, kind, name) in ascending order of address."""
    command = [nm, "--defined-only", "--print-size", "--demangle", "--numeric-sort", elf]
    line_format = re.compile(r"([0-9a-f]{16}) (?:([0-9a-f]{16}) )?(\w) (.+)")
    for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
        if match := line_format.fullmatch(line):
            yield int(match[1], 16), int(match[2] or "0", 16), match[3], match[4]


def build_table(symbols, image_start):
    chosen = {}
    for address, size, kind, name in symbols:
        # Linker-script and assembler markers have no size; code and data proper win over them.
        if kind in "Aa" or address < image_start or name.startswith(("__", ".L")):
            continue
        offset = address - image_start
        if offset not in chosen or (size and not chosen[offset][0]):
            chosen[offset] = (size, shorten(name))

    names, positions, entries = bytearray(), {}, []
    for offset, (size, name) in sorted(chosen.items()):
        if name not in positions:
            positions[name] = len(names)
            names += name.encode() + b"\0"
        entries.append((offset, size, positions[name]))
    names_at = 8 + ENTRY.size * len(entries)
    table = bytearray(struct.pack("<II", MAGIC, len(entries)))
    for offset, size, position in entries:
        table += ENTRY.pack(offset, size, names_at + position)
    return bytes(table + names)


def find_section(elf, wanted):
    """Returns (file offset, size) of a section of a 64-bit little-endian ELF file."""
    section_headers, = struct.unpack_from("<Q", elf, 0x28)
    entry_size, count, names_index = struct.unpack_from("<HHH", elf, 0x3A)
    header = lambda index: struct.unpack_from("<IIQQQQ", elf, section_headers + index * entry_size)
    names = header(names_index)[4]
    for index in range(count):
        name, _, _, _, offset, size = header(index)
        end = elf.index(b"\0", names + name)
        if elf[names + name:end] == wanted.encode():
            return offset, size
    sys.exit(f"embed_symbols: the file has no section {wanted}")


def main():
    nm, path = sys.argv[1:]
    symbols = list(read_symbols(nm, path))
    image_start = next(address for address, _, _, name in symbols if name == "__image_start")
    table = build_table(symbols, image_start)
    with open(path, "r+b") as file:
        offset, size = find_section(file.read(), ".symbols")
        if len(table) > size:
            sys.exit(f"embed_symbols: {len(table)} bytes of symbols, room for {size}: "
                     "enlarge arch/x86_64/boot/symbol_room.S")
        file.seek(offset)
        file.write(table.ljust(size, b"\0"))


if __name__ == "__main__":
    main()
