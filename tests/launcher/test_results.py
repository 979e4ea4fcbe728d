"""The launcher: pictures, statistics, the input script, and the library without the launcher."""

import os
import pathlib
import subprocess
import sys
import time

from launcher_case import Case, FOLDER, GAME, main, read_png


class Shots(Case):
    def picture(self, name="a.png"):
        return read_png(self.path(name))

    def test_last_frame(self):
        self.run_game("draw=5", "size=80x60", "draw=4", options=["--shot", "a.png"])
        width, height, rows = self.picture()
        self.assertEqual((width, height), (80, 60))
        self.assertEqual(rows[0][0], (1, 59, 9))     # red: window, green: row from the bottom, blue: frame
        self.assertEqual(rows[59][79], (1, 0, 9))
        self.assertEqual(os.listdir(self.tmp).count("a.png"), 1)

    def test_frame_limit(self):
        self.run_game("no-close", "draw=9", options=["--shot", "a.png", "--frames", "5"])
        self.assertEqual(self.picture()[2][0][0][2], 5)

    def test_seconds(self):
        self.run_game("pause=20", "draw=0", options=["--shot", "a.png", "--seconds", "0.3"])
        self.assertEqual(self.picture()[:2], (64, 48))

    def test_crash_and_kill_leave_a_picture(self):
        self.run_game("draw=3", "crash", options=["--shot", "a.png"], status=139, says="after 3 frames")
        self.assertEqual(self.picture()[2][0][0], (1, 47, 3))
        self.run_game("draw=4", "sleep=60000", options=["--shot", "a.png", "--timeout", "0.3"], status=125, says="of them")
        self.assertEqual(self.picture()[2][0][0], (1, 47, 4))

    def test_largest_window(self):
        self.run_game("window=2", "size=90x90", "draw=2", "window=3", "size=30x30", "draw=5", options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (90, 90))
        # A splash screen that is gone does not count.
        self.run_game("window=2", "size=90x90", "draw=2", "gone=2", "window=3", "size=30x30", "draw=5",
                      options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (30, 30))

    def test_largest_process(self):
        self.offstage("run", "--shot", "a.png", "sh", "-c", f"{GAME} size=70x70 draw=2; {GAME} draw=9")
        self.assertEqual(self.picture()[:2], (70, 70))

    def test_every_frame(self):
        self.run_game("draw=12", options=["--shot", "f%d.png"])
        names = sorted(name for name in os.listdir(self.tmp) if name != "runtime")
        self.assertEqual(names, sorted(f"f{i}.png" for i in range(1, 13)))
        for i in range(1, 13):
            self.assertEqual(self.picture(f"f{i}.png")[2][0][0], (1, 47, i))

    def test_no_frame(self):
        with open(self.path("a.png"), "w") as out:
            out.write("old")
        self.run_game(options=["--shot", "a.png"], status=125, says="drew no frame")
        self.assertEqual(pathlib.Path(self.path("a.png")).read_text(), "old")
        self.run_game("draw=1", options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (64, 48))
        self.assertEqual(sorted(os.listdir(self.tmp)), ["a.png", "runtime"])

    def test_program_changes_its_folder(self):
        self.offstage("run", "--shot", "a.png", "--stats=s.json", "sh", "-c", f"cd /; exec {GAME} draw=2")
        self.assertEqual(self.picture()[:2], (64, 48))

    def test_folder_vanishes(self):
        os.mkdir(self.path("d"))
        self.offstage("run", "--shot", "d/a.png", "sh", "-c", f"{GAME} draw=2; rmdir d", status=125,
                      says="No such file or directory")

    def test_growing_window(self):
        words = [word for i in range(40) for word in (f"size={100 + i}x{90 + i}", "draw=1")]
        self.run_game(*words, options=["--shot", "a.png"])
        self.assertEqual(self.picture()[:2], (139, 129))

    def test_no_readback_unless_asked(self):
        process = self.start("run", "--", "sh", "-c", f"{GAME} draw=5; ls ${{OFFSTAGE_SESSION%/*}}")
        self.assertEqual(process.communicate(timeout=20)[0], "page\n")


class Stats(Case):
    def test_table(self):
        process = self.start("run", "--stats", "--", GAME, "draw=5", "window=2", "size=10x20", "draw=1")
        out, err = process.communicate(timeout=20)
        self.assertEqual((out, process.returncode), ("", 0))
        for text in ("frames             6\n", "window             64x48, 5 frames", "window             10x20, 1 frames",
                     "GL renderer        Pretended renderer", "device             fake:0", "why this device    tests",
                     "first frame after", "frames per second"):
            self.assertIn(text, err)
        self.assertNotIn("\033", err)

    def test_json(self):
        self.run_game("pause=10", "draw=11", "exit=2", options=["--stats=s.json"], status=2)
        stats = self.stats()
        self.assertEqual(stats["command"][1:], ["pause=10", "draw=11", "exit=2"])
        self.assertEqual(stats["exit_status"], 2)
        (process,) = stats["processes"]
        self.assertEqual(process["frames"], 11)
        self.assertEqual(process["windows"], [{"width": 64, "height": 48, "frames": 11}])
        self.assertEqual(process["gl_vendor"], 'Pretended "vendor"')
        self.assertTrue(5 < process["frames_per_second"] <= 100, process)
        self.assertTrue(0 < process["first_frame_ms"] < 10000, process)

    def test_json_of_odd_names(self):
        odd = "\u00e9 \" \\ \t \u20ac \U0001f600"
        self.offstage("run", "--stats=s.json", "true", odd, b"\xff\xc3(")
        self.assertEqual(self.stats()["command"], ["true", odd, "\ufffd\ufffd("])

    def test_nothing_drawn(self):
        self.offstage("run", "--stats", "true", says="used no OpenGL")
        self.offstage("run", "--stats=s.json", "true")
        self.assertEqual(self.stats()["processes"], [])

    def test_page_full_of_nonsense(self):
        """The page and the frame file are believed only as far as they make sense."""
        script = ("import os,random; p=os.environ['OFFSTAGE_SESSION']; f=open(p,'r+b'); n=os.path.getsize(p);"
                  "r=random.Random({seed}); f.seek(24); f.write(bytes(r.choice((0,0,1,2,255)) for _ in range(n-24)));"
                  "f.close(); [open(f'{{p}}.{{i}}','wb').write(r.randbytes(5000)) for i in (1, 256, 257, 65537)]")
        for seed in range(20):
            process = self.start("run", "--stats", "--shot", "a.png", "--", sys.executable, "-c", script.format(seed=seed))
            process.communicate(timeout=20)
            self.assertIn(process.returncode, (0, 125), f"seed {seed}")


class Input(Case):
    def test_events(self):
        with open(self.path("script"), "w") as out:
            out.write("4 close\n1 key space\n2 motion 5 -6\n3 button 1 press\n3 resize 9 8\n# end\n")
        self.run_game("draw=0", options=["--input", "script"], env={"FAKE_EVENTS": self.path("events")})
        self.assertEqual(pathlib.Path(self.path("events")).read_text().splitlines(), [
            "1 key space 1 0", "2 key space 0 0", "2 motion 5 -6", "3 button 1 1", "3 resize 9 8", "4 close 0 0"])

    def test_unknown_key(self):
        with open(self.path("script"), "w") as out:
            out.write("1 key nokey press\n")
        process = self.start("run", "--input", "script", GAME, "draw=2")
        self.assertIn('line 1: the keyboard has no key "nokey"', process.communicate(timeout=20)[1])
        self.assertEqual(process.returncode, 125)

    def test_pipe(self):
        """It would be used up by the check before the program reads it."""
        os.mkfifo(self.path("pipe"))
        process = self.start("run", "--input", "pipe", GAME, "draw=2")
        self.assertIn("regular file", process.communicate(timeout=20)[1])
        self.assertEqual(process.returncode, 125)


class Plain(Case):
    """Without the launcher, by variables alone."""

    def game(self, *words, status=0, **env):
        done = subprocess.run([GAME, *words], env=dict(self.env, LD_PRELOAD=os.path.join(FOLDER, "liboffstage.so"), **env),
                              cwd=self.tmp, capture_output=True, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stderr), (status, ""))

    def test_frames(self):
        self.game("draw=0", OFFSTAGE_FRAMES="5", OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 5))

    def test_written_at_the_limit(self):
        self.game("no-close", "draw=9", "crash", status=-11, OFFSTAGE_FRAMES="5", OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 5))

    def test_written_at_exit(self):
        self.game("draw=4", "exit=3", status=3, OFFSTAGE_SHOT="a.png")
        self.assertEqual(read_png(self.path("a.png"))[2][0][0], (1, 47, 4))

    def test_every_frame(self):
        self.game("draw=3", OFFSTAGE_SHOT="f%d.png")
        self.assertEqual(sorted(os.listdir(self.tmp)), ["f1.png", "f2.png", "f3.png", "runtime"])

    def test_forked_child(self):
        self.game("draw=4", "fork", "exit=3", status=3, OFFSTAGE_SHOT="a.png")
        self.assertFalse(os.path.exists(self.path("a.png")))  # _exit in the parent; the child has no frame

    def test_fps(self):
        start = time.monotonic()
        self.game("draw=11", OFFSTAGE_FPS="50")
        self.assertGreaterEqual(time.monotonic() - start, 0.2)


if __name__ == "__main__":
    main()
