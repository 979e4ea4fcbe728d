"""The ``offstage`` command of an installed package: the launcher that lies in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    path = Path(__file__).resolve().parent / "bin" / "offstage"
    try:
        os.execv(path, [str(path), *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"offstage: {path} cannot be executed: {error.strerror}")
