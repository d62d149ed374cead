#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a linked kernel: every variable of lwIP lies in .nsdata, the image that each namespace has for itself.

One that did not would be shared by all namespaces, silently. The linker script asserts that the image is not empty;
this looks at each symbol.
"""

import argparse
import re
import subprocess
import sys


def variables(archive):
    """The names of the data that the archive's objects define, be they machine code or LLVM's bitcode."""
    text = subprocess.run(["llvm-nm-19", "--defined-only", archive], check=True, capture_output=True, text=True).stdout
    return {name for kind, name in re.findall(r"^\S* (\w) (\S+)$", text, re.MULTILINE) if kind in "bBdDC"}


def objects(elf):
    """Yields (name, section number, address) of each variable and table in a linked file."""
    text = subprocess.run(["llvm-readelf-19", "-sW", elf], check=True, capture_output=True, text=True).stdout
    for line in text.splitlines():
        fields = line.split()
        if len(fields) > 7 and fields[3] == "OBJECT":
            yield fields[7], fields[6], int(fields[1], 16)


def original(name):
    """A variable's name before link-time optimisation: 'udp_port.llvm.138598' -> 'udp_port', 'flag.b' -> 'flag'."""
    return re.sub(r"\.(llvm\.\d+|b|\d+)(?=\.|$)", "", name)


def writable_sections(elf):
    """Maps the number of each writable section to its name. The kernel maps .rodata read-only, whatever it says."""
    text = subprocess.run(["llvm-readelf-19", "-SW", elf], check=True, capture_output=True, text=True).stdout
    pattern = r"^\s*\[\s*(\d+)\] (\S+)\s+\S+\s+[0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+\s+(\w+) "
    found = re.findall(pattern, text, re.MULTILINE)
    return {number: name for number, name, flags in found if "W" in flags and name != ".rodata"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("elf")
    parser.add_argument("archive")
    arguments = parser.parse_args()

    defined = variables(arguments.archive)
    writable = writable_sections(arguments.elf)
    inside, stray = 0, []
    for name, section, address in objects(arguments.elf):
        if section not in writable or original(name) not in defined:
            continue
        if writable[section] == ".nsdata":
            inside += 1
        else:
            stray.append(f"{name} at {address:#x} in {writable[section]}")
    if stray or inside < 50:
        print(f"lwIP's state must lie in .nsdata; {inside} variables do, and outside it:", *stray, sep="\n  ",
              file=sys.stderr)
        return 1
    print(f"{inside} variables of lwIP, all in .nsdata")
    return 0


if __name__ == "__main__":
    sys.exit(main())
