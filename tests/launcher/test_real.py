"""The launcher with the real library and a GLX program. Usage: test_real.py OFFSTAGE LIBRARY FOLDER."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

from launcher_case import read_png

OFFSTAGE = LIBRARY = REAL = ""


class Real(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="launcher-real-")
        self.addCleanup(folder.cleanup)
        self.tmp = folder.name
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "LD_"))}
        self.env.pop("DISPLAY", None)

    def run_it(self, *words, status=0, env=None):
        """Run it and return stderr."""
        done = subprocess.run(words, env=dict(self.env, **(env or {})), cwd=self.tmp, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        return done.stderr

    def check_picture(self, name, width, height):
        got = read_png(os.path.join(self.tmp, name))
        self.assertEqual(got[:2], (width, height))
        self.assertEqual((got[2][0][0], got[2][height - 1][width - 1]), ((255, 0, 0), (0, 0, 255)))

    def test_frames_shot_stats(self):
        err = self.run_it(OFFSTAGE, "run", "--gpu", "software", "--frames", "20", "--shot", "a.png", "--stats=s.json", REAL)
        self.assertEqual(err, "")
        self.check_picture("a.png", 120, 80)
        with open(os.path.join(self.tmp, "s.json")) as stats:
            (process,) = json.load(stats)["processes"]
        self.assertEqual(process["windows"], [{"width": 120, "height": 80, "frames": 20}])
        self.assertTrue(process["gl_version"] and process["device"] and process["reason"], process)

    def test_seconds(self):
        self.assertEqual(self.run_it(OFFSTAGE, "run", "--gpu=software", "--seconds", "0.5", REAL), "")

    def test_input_script(self):
        with open(os.path.join(self.tmp, "script"), "w") as script:
            script.write("5 resize 200 100\n2000 close\n")
        self.run_it(OFFSTAGE, "run", "--gpu=software", "--input", "script", "--shot", "a.png", REAL)
        self.check_picture("a.png", 200, 100)

    def test_every_frame(self):
        self.run_it(OFFSTAGE, "run", "--gpu=software", "--shot", "f%d.png", REAL, "4")
        self.assertEqual(sorted(os.listdir(self.tmp)), ["f1.png", "f2.png", "f3.png", "f4.png"])
        self.check_picture("f4.png", 120, 80)

    def test_no_launcher(self):
        env = dict(LD_PRELOAD=LIBRARY, OFFSTAGE_GPU="software", OFFSTAGE_FRAMES="6", OFFSTAGE_SHOT="a.png")
        self.assertEqual(self.run_it(REAL, env=env), "")
        self.check_picture("a.png", 120, 80)

    def test_devices_that_are_not_there(self):
        for device in ("cuda:9", "egl:77"):
            err = self.run_it(OFFSTAGE, "run", "--gpu", device, "--frames", "5", REAL, status=125)
            self.assertEqual(err.count("\n"), 1, err)
            self.assertIn(device, err)
            self.assertIn("--gpu software", err)

    def test_no_egl(self):
        # A file of that name which is no library stands for a machine without one.
        os.mkdir(os.path.join(self.tmp, "lib"))
        open(os.path.join(self.tmp, "lib", "libEGL.so.1"), "w").close()
        err = self.run_it(OFFSTAGE, "run", "--frames", "5", REAL, status=125,
                          env={"LD_LIBRARY_PATH": os.path.join(self.tmp, "lib")})
        self.assertEqual(err.count("\n"), 1, err)
        self.assertIn("libEGL.so.1", err)


if __name__ == "__main__":
    OFFSTAGE, LIBRARY, folder = (os.path.realpath(path) for path in sys.argv[1:4])
    REAL = os.path.join(folder, "real")
    unittest.main(argv=[sys.argv[0], "-v"])
