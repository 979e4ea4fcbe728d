"""What the launcher's tests share: a run of the launcher with the pretended library and game, and a reader of PNG.

A test program is started as: test_NAME.py GROUP OFFSTAGE FOLDER. FOLDER holds liboffstage.so (fake_shim.c), game, static.
"""

import ctypes
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

OFFSTAGE, FOLDER = (os.path.realpath(path) for path in sys.argv[2:4]) if len(sys.argv) == 4 else ("", "")
GAME = os.path.join(FOLDER, "game")


def read_png(path):
    """(width, height, rows of RGB tuples) of an 8-bit RGB file."""
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    at, packed, size = 8, b"", None
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
        body = data[at + 8:at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length:at + 12 + length])[0] == zlib.crc32(kind + body), "bad CRC"
        if kind == b"IHDR":
            size = struct.unpack(">IIBB", body[:10])
            assert size[2:] == (8, 2), "not 8-bit RGB"
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    width, height = size[:2]
    raw, rows, last = zlib.decompress(packed), [], [0] * (width * 3)
    for y in range(height):
        line = raw[y * (width * 3 + 1):(y + 1) * (width * 3 + 1)]
        row = []
        for x, value in enumerate(line[1:]):
            left = row[x - 3] if x >= 3 else 0
            up, corner = last[x], last[x - 3] if x >= 3 else 0
            guess = left + up - corner
            distances = [(abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner)]
            add = [0, left, up, (left + up) // 2, min(distances)[2]][line[0]]
            row.append((value + add) & 255)
        rows.append([tuple(row[i:i + 3]) for i in range(0, len(row), 3)])
        last = row
    return width, height, rows


class Case(unittest.TestCase):
    def setUp(self):
        self.tmp = tempfile.mkdtemp(prefix="launcher-test-")
        self.addCleanup(shutil.rmtree, self.tmp, True)
        self.runtime = os.path.join(self.tmp, "runtime")
        os.mkdir(self.runtime, 0o700)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "LD_"))}
        self.env.update(OFFSTAGE_LIB=os.path.join(FOLDER, "liboffstage.so"), XDG_RUNTIME_DIR=self.runtime)

    def path(self, name):
        return os.path.join(self.tmp, name)

    def stats(self):
        return json.loads(pathlib.Path(self.path("s.json")).read_text())

    def start(self, *words, **options):
        env = dict(self.env, **options.pop("env", {}))
        return subprocess.Popen([OFFSTAGE, *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, errors="replace", cwd=self.tmp, **options)

    def offstage(self, *words, status=0, says=None, out="", timeout=30, **options):
        """Run it; check status, stdout and stderr (says=None: nothing; else one line that holds the text)."""
        process = self.start(*words, **options)
        stdout, stderr = process.communicate(timeout=timeout)
        shown = f"{words}: status {process.returncode}, stderr {stderr!r}"
        self.assertEqual(process.returncode, status, shown)
        if says is None:
            self.assertEqual(stderr, "", shown)
        else:
            self.assertEqual(stderr.count("\n"), 1, shown)
            self.assertTrue(stderr.startswith("offstage: "), shown)
            self.assertIn(says, stderr, shown)
        if out is not None:
            self.assertEqual(stdout, out, shown)
        self.assertEqual(os.listdir(self.runtime), [], "the session folder was left behind")
        return stdout, stderr

    def run_game(self, *words, options=(), **more):
        return self.offstage("run", *options, "--", GAME, *words, **more)


def main():
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: what a killed launcher leaves is ours to reap
    unittest.main(module="__main__", argv=[sys.argv[0], sys.argv[1], "-v"])
