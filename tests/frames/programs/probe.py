"""Of animations in Python: FRAMES of them, drawn() before a frame is shown (with OpenGL), shown() afterwards."""

import ctypes
import os

FRAMES = 60
_probe = ctypes.CDLL(os.environ["FRAMES_PROBE"])
drawn, shown = _probe.probe_drawn, _probe.probe_shown
