# SPDX-License-Identifier: MIT
"""Mutants made by machine on the syntax tree: found, written into one program behind a number, run, kept, scored."""
