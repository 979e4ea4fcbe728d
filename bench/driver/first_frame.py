"""From the start of the process to its first finished frame."""
import os
import shutil
import subprocess
import tempfile
import time

from contestants import Contestant, Failed, rotated, stderr_tail
from report import Case

SCENE = ("--once", "--scene", "gears-300")


def contestants_of(setup):
    found = setup.gl()
    glx = setup.program("bench_glx")
    if shutil.which("xvfb-run") and shutil.which("xauth"):
        found.append(Contestant("xvfb-run", glx, setup.base_env, prefix=["xvfb-run", "-a"]))
    if setup.have_offstage and os.access(setup.launcher, os.X_OK):
        found.append(Contestant("offstage-run", glx, setup.offstage_env(preload=False),
                                prefix=[setup.launcher, "run", "--"]))
    return found


def run(setup, out):
    case = Case("first-frame", "gears-300", "ms", higher_is_better=False)
    whole = Case("first-frame", "gears-300, process start to end", "ms", higher_is_better=False)
    rounds = 1 if setup.args.smoke else max(15, setup.args.rounds)
    contestants = contestants_of(setup)
    for number in range(-1, rounds):  # round -1 warms the file cache and is dropped
        for contestant in rotated(contestants, number):
            process = contestant.start(*SCENE)
            try:
                ready = process.wait_ready()
                process.process.wait(30)
                ended_ns = time.monotonic_ns()
            except (Failed, subprocess.TimeoutExpired) as reason:
                out.fail("first-frame", f"{contestant.name}: {reason}")
                return
            finally:
                process.quit()
            if number >= 0:
                case.add(contestant.name, (ready["first_ns"] - process.started_ns) / 1e6)
                whole.add(contestant.name, (ended_ns - process.started_ns) / 1e6)
                out.saw(contestant.name, "first-frame", ready)
    out.add(case)
    out.add(whole)


def start_crowd(contestant, count):
    """Starts `count` at once; returns how many drew and left with status 0, the seconds it took, and a complaint."""
    arguments = contestant.argv("--once", "--scene", "triangle-84")
    errors = tempfile.TemporaryFile()
    started = time.monotonic()
    crowd = [subprocess.Popen(arguments, env=contestant.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=errors) for _ in range(count)]
    drew = 0
    for process in crowd:
        try:
            text = process.communicate(timeout=120)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        # The triangle's colour at the centre: what it is does not matter, that it is not the background does.
        drew += process.returncode == 0 and b'"first_ns"' in text and b'"pixel":"1a1a33"' not in text
    seconds = time.monotonic() - started
    complaint = stderr_tail(errors)
    errors.close()
    return drew, seconds, complaint


def run_crowd(setup, out):
    count = 4 if setup.args.smoke else 64
    drawn = Case("start64", f"{count} started at once, drew", "programs", higher_is_better=True)
    took = Case("start64", f"{count} started at once, all done", "s", higher_is_better=False)
    rounds = 1 if setup.args.smoke else min(3, setup.args.rounds)
    for number in range(rounds):
        for contestant in rotated(setup.gl(), number):
            drew, seconds, complaint = start_crowd(contestant, count)
            drawn.add(contestant.name, drew)
            took.add(contestant.name, seconds)
            if drew < count and contestant.name == "offstage":
                out.fail("start64", f"offstage: {drew} of {count} drew: {complaint}")
    drawn.count = count
    out.add(drawn)
    out.add(took)
