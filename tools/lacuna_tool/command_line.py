# SPDX-License-Identifier: MIT
"""Composes the kernel's command line: options separated by spaces, values with spaces in single quotes."""

from lacuna_tool.errors import usage_error


def quoted(value: str) -> str:
    """`value` in single quotes. Inside them a backslash escapes a quote or another backslash."""
    flat = value.replace("\n", ";").replace("\t", " ")
    if any(ord(character) < 32 for character in flat):
        raise usage_error("commands must not contain control characters")
    escaped = flat.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def compose(*options: str) -> str:
    """Joins the options that are not empty."""
    return " ".join(option for option in options if option)


def words(line: str) -> list[str]:
    """Splits a command line as the kernel does, taking the quotes away."""
    found, word, inside, escaped, started = [], "", False, False, False
    for character in line:
        if escaped:
            word, escaped = word + character, False
        elif inside and character == "\\":
            escaped = True
        elif character == "'":
            inside, started = not inside, True
        elif character == " " and not inside:
            if word or started:
                found.append(word)
            word, started = "", False
        else:
            word += character
    return found + ([word] if word or started else [])
