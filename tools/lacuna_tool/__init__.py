# SPDX-License-Identifier: MIT
"""The developer's tool of the Lacuna kernel: set up, build, run, test. See ../README.md."""
