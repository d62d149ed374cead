# SPDX-License-Identifier: MIT
"""To which class a change belongs: told by the names of what is called or stored, and by the place."""

import re

from lacuna_tool.mutate.mutant import Class

# Calls, by what is called: its text and its qualified name.
_CALLS = (
    (Class.BARRIER, r"atomic_(thread|signal)_fence|\b\w*barrier\b"),
    (Class.ZEROING, r"zero|wipe|memset|\bclear_(page|frame|range)"),
    (Class.FLUSH, r"flush|invalidate|invlpg|shootdown|forget_(pages|loaded|everything|windows)|catch_up|"
                  r"set_passed|\bWindowHolders::advance|\bholders\.advance|quarantine|retir|\bTlb(Batch|Space)?::|begin_retiring|end_retiring|settle|"
                  r"tell_all|answer\b"),
    (Class.LOCK, r"\b(try_)?(un)?lock(_inside)?\b|rank_(acquire|release)|preempt|disable_interrupts|enable_interrupts|"
                 r"restore_interrupts"),
    (Class.OWNERSHIP, r"\bassign(_page)?\b|set_(owner|state)|\bFrame::|::(link|unlink)$|\bunmap|\bmap_reserved|"
                      r"disown|adopt|send_off|take_over|hand_out|keep_page"),
    (Class.CLEAN_UP, r"\b(give|release|uncharge|free|kfree|reset|close|withdraw|drop|return|undo|cancel|put)\w*$"),
)
_FIELDS = (
    (Class.OWNERSHIP, r"\b(owner|state|tag)_?$"),
    (Class.FLAG, r"\bflags?_?$|\b\w*(_flag|dirty|zeroed|untouched|ending|everything|loaded)\w*$"),
)


def _first(table: tuple[tuple[Class, str], ...], *texts: str) -> Class | None:
    for found, pattern in table:
        if any(re.search(pattern, text, re.IGNORECASE if found is Class.ZEROING else 0) for text in texts):
            return found
    return None


def of_call(written: str, qualified: str) -> Class:
    """The class of a call that is left out."""
    return _first(_CALLS, written, qualified) or Class.OTHER


def of_store(written: str) -> Class:
    """The class of a store to what `written` names, as `frame.owner`."""
    return _first(_FIELDS, written) or Class.OTHER


def of_enumerator(text: str) -> Class:
    """The class of another enumerator in the place of `text`."""
    if re.search(r"\bZero::", text):
        return Class.ZEROING
    if re.search(r"\bFlush\w*::|TlbScope::", text):
        return Class.FLUSH
    if re.search(r"\bFrameState::", text):
        return Class.OWNERSHIP
    return Class.FLAG


def of_guard(type_name: str) -> Class:
    return Class.LOCK if re.search(r"Guard|Lock|Held|Shield|Preempt|Irq", type_name) else Class.OTHER
