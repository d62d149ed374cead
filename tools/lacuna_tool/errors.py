# SPDX-License-Identifier: MIT
"""Errors that the user can do something about, and the exit codes of the tool."""

import enum


class Exit(enum.IntEnum):
    """Exit codes. 0 to 3 and 124 are the guest's verdict (`run --exec`); the others are the tool's own."""

    SUCCESS = 0
    FAILURE = 1
    PANIC = 2
    REFUSED = 3
    USAGE = 64
    SETUP = 69
    TIMED_OUT = 124
    INTERRUPTED = 130


class UserError(Exception):
    """One line that says what is wrong and what to do; `detail` may hold the output that shows it."""

    def __init__(self, message: str, detail: str = "", code: Exit = Exit.SETUP):
        super().__init__(message)
        self.detail = detail
        self.code = code


def usage_error(message: str) -> UserError:
    """The user asked for something that does not exist."""
    return UserError(message, code=Exit.USAGE)
