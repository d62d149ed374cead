# SPDX-License-Identifier: MIT
"""Entry point: `python3 -m lacuna_tool VERB ...`."""

import sys

from lacuna_tool.cli import main

sys.exit(main(sys.argv[1:]))
