"""Xvfb, beside which programs are judged."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SCREEN_PX = 1280, 800
FONTS = Path("/usr/share/fonts/X11/misc")  # those that Offstage carries; what else is installed is not compared


class Xvfb:
    """A server of its own for one program."""

    def __enter__(self) -> Xvfb:
        read_end, write_end = os.pipe()
        fonts = ["-fp", str(FONTS)] if FONTS.exists() else []
        command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "{}x{}x24".format(*SCREEN_PX),
                   "-dpi", "96", *fonts, "-nolisten", "tcp", "-noreset"]
        self.server = subprocess.Popen(command, pass_fds=[write_end], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as reader:
            self.display = ":" + reader.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.terminate()
        self.server.wait()
