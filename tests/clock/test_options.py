"""--lockstep and --seed, what the library shows and needs, and the clock as a program sees it.

Usage: test_options.py OFFSTAGE LIBRARY
"""

import os
import re
import subprocess
import sys
import unittest

offstage, library = sys.argv[1:3]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "LD_PRELOAD"))}
SHOW = "import os, time; print(int(time.time()), int(time.monotonic()), os.urandom(4).hex(), hash('x'))"


def run(*words, **variables):
    return subprocess.run([offstage, "run", *words], env=CLEAN | variables, capture_output=True, text=True)


class Options(unittest.TestCase):
    def test_bad_rates(self):
        for value in ("0", "0.5", "1001", "-1", "fast", "", "60x"):
            result = run("--lockstep", value, "true")
            self.assertEqual(result.returncode, 125, value)
            self.assertIn("1 to 1000", result.stderr)

    def test_bad_seeds(self):
        for value in ("-1", "x", "18446744073709551616", "1.5"):
            result = run("--lockstep", "60", "--seed", value, "true")
            self.assertEqual(result.returncode, 125, value)
            self.assertIn("whole number", result.stderr)

    def test_seed_needs_lockstep(self):
        result = run("--seed", "3", "true")
        self.assertEqual(result.returncode, 125)
        self.assertIn("add --lockstep", result.stderr)
        self.assertEqual(run("--seed", "3", "true", OFFSTAGE_LOCKSTEP="60").returncode, 0)

    def test_variables(self):
        self.assertEqual(run("true", OFFSTAGE_LOCKSTEP="0").returncode, 0)
        self.assertIn("OFFSTAGE_LOCKSTEP", run("true", OFFSTAGE_LOCKSTEP="5000").stderr)

    def test_preload(self):
        shown = run("--lockstep", "59.94", "sh", "-c", "echo $LD_PRELOAD $OFFSTAGE_LOCKSTEP").stdout.split()
        self.assertEqual([os.path.basename(name) for name in shown[0].split(":")],
                         ["liboffstage.so", "liboffstage_clock.so"])
        self.assertEqual(shown[1], "59.94")
        # Within a run in lockstep: once each, and other libraries stay behind.
        inner = f"LD_PRELOAD=$LD_PRELOAD:libm.so.6 {offstage} run sh -c 'echo $LD_PRELOAD'"
        shown = run("--lockstep", "60", "sh", "-c", inner).stdout.split(":")
        self.assertEqual([os.path.basename(name.strip()) for name in shown],
                         ["liboffstage.so", "liboffstage_clock.so", "libm.so.6"])
        self.assertNotIn("clock", run("sh", "-c", "echo $LD_PRELOAD").stdout)


class Program(unittest.TestCase):
    def show(self, *options):
        result = run(*options, sys.executable, "-c", SHOW)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout.split()

    def test_times_and_luck(self):
        first = self.show("--lockstep", "60")
        self.assertEqual(first[:2], ["1767225600", "1000"])
        self.assertEqual(self.show("--lockstep", "60"), first)
        self.assertEqual(self.show("--lockstep", "60", "--seed", "0"), first)
        other = self.show("--lockstep", "60", "--seed", "5")
        self.assertNotEqual(other[2:], first[2:])
        self.assertEqual(self.show("--lockstep", "60", "--seed", "5"), other)

    def test_real_without(self):
        self.assertNotEqual(self.show()[2], self.show()[2])

    def test_interpreter_lock(self):
        """A thread that computes for ever does not keep the others from the interpreter."""
        code = ("import threading, time\nstop = False\n"
                "def burn():\n    while not stop: pass\n"
                "threading.Thread(target=burn).start()\n"
                "for _ in range(20): time.sleep(0.001)\n"
                "threading.Event().wait(0.01)\nstop = True\nprint('done')")
        self.assertEqual(run("--lockstep", "60", sys.executable, "-c", code).stdout, "done\n")


class Library(unittest.TestCase):
    def test_shows_what_its_map_says(self):
        listing = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shim/hook/clock/clock.map")
        with open(listing) as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        wanted = set(re.findall(r"(\w+);", text.split("local:")[0]))
        shown = subprocess.run(["nm", "-D", "--defined-only", library], check=True, stdout=-1, text=True).stdout
        self.assertEqual({line.split()[-1] for line in shown.splitlines()}, wanted)

    def test_needs_the_c_library_only(self):
        shown = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
        self.assertLessEqual(set(re.findall(r"NEEDED.*\[(.*)\]", shown)), {"libc.so.6", "ld-linux-x86-64.so.2"})
        self.assertIn("NODELETE", shown)


unittest.main(argv=sys.argv[:1])
