"""glmark2 and glmark2-es2, every default scene a second long: the score (the mean frame rate), and each scene's rate."""
import re
import shutil
import statistics
import subprocess

from contestants import Contestant, Failed, SkipBench, rotated
from report import Case

PROGRAMS = ("glmark2", "glmark2-es2")
SCENE = re.compile(r"^(\[\w+\].*): FPS: (\d+)", re.M)
SCORE = re.compile(r"Score: (\d+)")


def once(contestant, options):
    """The score, and the frames per second of each scene."""
    done = subprocess.run(contestant.argv(*options), env=contestant.env, capture_output=True, timeout=900, text=True)
    score = SCORE.search(done.stdout)
    if done.returncode or not score:
        raise Failed(f"{contestant.name}: exit {done.returncode}: {'; '.join(done.stderr.strip().splitlines()[-3:])}")
    return int(score[1]), {name: int(rate) for name, rate in SCENE.findall(done.stdout)}


def measure(setup, out, program):
    options = ["-b", "build:duration=0.1"] if setup.args.smoke else ["-b", ":duration=1.0"]
    contestants = [Contestant("offstage", program, setup.offstage_env())]
    if setup.server:
        contestants.append(Contestant("xvfb", program, setup.xvfb_env()))
    case = Case("glmark2", f"{program}, score", "frames/s", higher_is_better=True, peers=("xvfb",))
    scenes = {}
    # A run takes more than half a minute, so three rounds have to do.
    for number in range(min(3, setup.args.rounds)):
        for contestant in rotated(contestants, number):
            score, rates = once(contestant, options)
            case.add(contestant.name, score)
            for name, rate in rates.items():
                scenes.setdefault(name, {}).setdefault(contestant.name, []).append(rate)
    out.add(case)
    worst = {name: round(statistics.median(found["offstage"]) / statistics.median(found["xvfb"]), 3)
             for name, found in scenes.items() if len(found) == 2 and statistics.median(found["xvfb"])}
    case.notes = {"scenes": scenes, "scene_ratios": worst}
    for name, ratio in sorted(worst.items(), key=lambda item: item[1])[:5]:
        print(f"  slowest beside Xvfb: {name}: {ratio}")


def run(setup, out):
    installed = [name for name in PROGRAMS if shutil.which(name)]
    if not installed:
        raise SkipBench("neither glmark2 nor glmark2-es2 is installed (packages glmark2-x11, glmark2-es2-x11)")
    for program in installed:
        try:
            measure(setup, out, program)
        except (Failed, subprocess.TimeoutExpired) as reason:
            out.fail(program, str(reason))


def targets(check, ratio, median):
    for program in PROGRAMS:
        check(f"{program}: score / Xvfb", ratio("glmark2", f"{program}, score", "offstage", "xvfb"), 1.0, at_least=True)
