"""``python -m llmlint``."""

from __future__ import annotations

import sys

from llmlint.cli import main

sys.exit(main())
