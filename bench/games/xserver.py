"""An X server of one's own, as xvfb-run starts it, on a number of its own choice."""
import os
import subprocess
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "driver"))
import procfs  # noqa: E402


class Server:
    def __init__(self, process, display):
        self.process, self.display = process, display

    def stop(self):
        self.process.terminate()
        self.process.wait()


def start():
    read_end, write_end = os.pipe()
    process = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write_end,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=procfs.end_with_parent)
    os.close(write_end)
    number = b""
    while not number.endswith(b"\n"):
        data = os.read(read_end, 32)
        if not data:
            raise RuntimeError("Xvfb does not start")
        number += data
    os.close(read_end)
    return Server(process, ":" + number.decode().strip())
