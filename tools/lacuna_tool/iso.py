# SPDX-License-Identifier: MIT
"""Makes a bootable image: GRUB 2 loads the same ELF file through Multiboot2."""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from lacuna_tool import build, command_line, cpio, packages, paths
from lacuna_tool.console import tail
from lacuna_tool.errors import Exit, UserError, usage_error


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--files", type=Path, default=paths.DEFAULT_FILES, metavar="DIR", help="folder that the HTTP servers serve")
    add("--append", default="demo=yes", metavar="OPTIONS", help="the kernel's command line (default: %(default)s)")
    add("--output", type=Path, default=paths.build_dir("kernel") / "lacuna.iso", metavar="FILE")


def _menu(kernel_options: str) -> str:
    """GRUB's configuration. GRUB splits and unquotes the line, and quotes each word again for the kernel."""
    quoted = ["'" + word.replace("'", "'\\''") + "'" for word in command_line.words(kernel_options)]
    return "\n".join(["set timeout=0",
                      'menuentry "Lacuna" {',
                      "    multiboot2 /boot/lacuna.elf " + " ".join(quoted),
                      "    module2 /boot/files.cpio",
                      "}", ""])


def make(kernel_options: str, files: Path, output: Path | None = None) -> Path:
    """Builds the image from the kernel as it stands; returns its path."""
    image = output or paths.scratch_dir() / "boot.iso"
    with tempfile.TemporaryDirectory(dir=paths.scratch_dir(), prefix="iso-") as name:
        boot = Path(name) / "boot"
        (boot / "grub").mkdir(parents=True)
        shutil.copy(paths.kernel_elf(), boot / "lacuna.elf")
        (boot / "files.cpio").write_bytes(cpio.pack(files))
        (boot / "grub" / "grub.cfg").write_text(_menu(kernel_options))
        # i386-pc only: without the filter a machine with the EFI modules makes an image three times the size.
        result = subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", str(image), name], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise UserError("grub-mkrescue could not make the image:", tail(result.stdout))
    return image


def run(options: argparse.Namespace) -> int:
    """The verb."""
    if not options.files.is_dir():
        raise usage_error(f"no folder at {options.files}; give one with --files DIR")
    build.build("kernel", packages.RUN + packages.ISO)
    image = make(options.append, options.files, options.output.resolve())
    print(image)
    return Exit.SUCCESS
