"""What playing from outside costs one game: a step beyond the game's own frame, and the begin of an episode."""
import json
import os
import subprocess

import games
from contestants import Failed, SkipBench
from report import Case

# The smallest game; the brick game, whose frame is a thousand times longer; GLFW ones between them: and how many frames
# they are let draw at once to see what a frame takes.
# That one is measured when its game is over, which shows the same picture for ever.
STEPPED = {"clear-84": 50, "triangle-84": 50, "gears-300": 20, "brick": 10}


def once(argv, env, what):
    try:
        done = subprocess.run(argv, env=env, capture_output=True, timeout=600, text=True)
    except subprocess.TimeoutExpired:
        raise Failed(f"{what}: no answer within ten minutes") from None
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise Failed(f"{what}: exit {done.returncode}: {'; '.join(done.stderr.strip().splitlines()[-3:])}")
    return json.loads(lines[-1])


def command_of(setup, program):
    if program == "clear-84":
        return [setup.program("bench_clear")]
    if program == "brick":
        return [setup.args.python, os.path.join(setup.args.root, "examples", "brick_dodge.py")]
    return [setup.program("bench_glfw"), program]


def settle(setup, program):
    return "800" if program == "brick" and not setup.args.smoke else "0"


def numbers_of(setup, program, frames, rounds):
    smoke, slow = setup.args.smoke, program == "brick"
    steps = 3 if smoke else {"brick": 40, "gears-300": 400}.get(program, 2000)
    return ["--rounds", str(min(setup.args.rounds, rounds)), "--steps", str(steps),
            "--frames", str(frames), "--repeats", "1" if smoke else "7" if slow else "41", "--settle",
            "800" if slow and not smoke else "0"]


def in_c(setup, out, program, frames):
    """The learner is bench_step: the channel and the shim, without Python."""
    env = dict(setup.offstage_env(preload=False), LP_NUM_THREADS="0")
    found = once([setup.program("bench_step"), "--library", setup.library, *numbers_of(setup, program, frames, 9), "--",
                  *command_of(setup, program)], env, f"bench_step {program}")
    # The request for many frames holds the price of one step, too.
    found["frame_ns"] = [(many - one) / (frames - 1) for many, one in zip(found["free_ns"], found["blind_ns"])]
    case, beyond = pair(program, "learner in C", found, {"frame": "frame", "step, unseen": "blind", "step": "seen",
                                                         "step, a key": "keys"})
    case.notes = {"mean_level": found["mean_level"], "frames_at_once": frames, "steps": found["steps"]}
    out.add(case)
    out.add(beyond)


def in_python(setup, out, program, frames):
    gpu = ["--gpu", "software"] if setup.args.gpu == "software" else []
    found = once([setup.args.python, os.path.join(setup.args.root, "bench", "games", "starts.py"), "steps",
                  *numbers_of(setup, program, frames, 5), *gpu, "--command", *command_of(setup, program)],
                 python_env(setup), f"GameEnv {program}")
    for case in pair(program, "GameEnv", found, {"frame": "frame", "step": "one", "step, a key": "keys"}):
        out.add(case)


def pair(program, learner, found, ways):
    """The times of a frame and of a step, and what a step takes beyond the frame; found: key + "_ns", one a round."""
    case = Case("game-costs", f"{program}, a step of one frame, {learner}", "us", higher_is_better=False,
                peers=("frame",))
    beyond = Case("game-costs", f"{program}, a step beyond the frame, {learner}", "us", higher_is_better=False, peers=())
    for name, key in ways.items():
        for number, value in enumerate(found[key + "_ns"]):
            case.add(name, value / 1e3)
            if key + "_p95_ns" in found:
                case.extra(name, "p95_us", found[key + "_p95_ns"][number] / 1e3)
            if name != "frame":
                beyond.add(name, (value - found["frame_ns"][number]) / 1e3)
    return case, beyond


def resets(setup, out, program):
    smoke = setup.args.smoke
    numbers = ["--times", "1" if smoke else "6", "--pause", "0.5" if smoke else "2"]
    numbers += ["--gpu", "software"] if setup.args.gpu == "software" else []
    found = once([setup.args.python, os.path.join(setup.args.root, "bench", "games", "starts.py"), "resets", "--program",
                  program, "--programs", setup.programs, *numbers], python_env(setup), f"resets of {program}")
    case = Case("game-costs", f"{program}, reset() of GameEnv", "ms", higher_is_better=False, peers=("cold",))
    for name in ("cold", "spare", "keys", "hook"):
        for value in found.get(name + "_ns", []):
            case.add(name, value / 1e6)
    out.add(case)


def soak(setup, out):
    """bench/soak.py takes half an hour; here only whether it still runs, and leaves nothing behind."""
    done = subprocess.run([setup.args.python, os.path.join(setup.args.root, "bench", "soak.py"), "--smoke", "--build",
                           setup.args.build], env=python_env(setup), capture_output=True, timeout=300, text=True)
    if done.returncode:
        raise Failed(f"soak.py --smoke: exit {done.returncode}: {(done.stdout + done.stderr).strip()[-400:]}")


def python_env(setup):
    return dict(setup.base_env, LP_NUM_THREADS="0", PYTHONDONTWRITEBYTECODE="1",
                PYTHONPATH=os.path.join(os.path.abspath(setup.args.build), "python"))


def run(setup, out):
    games.need(setup)
    if not games.has_lockstep(setup):
        raise SkipBench("no lib/offstage/liboffstage_clock.so, which lockstep needs")
    in_python_too = games.has_players(setup)
    if not in_python_too:
        out.skip("GameEnv in game-costs", "the package in build/python has no GameEnv")
    for program, frames in STEPPED.items():
        for measure in (in_c, in_python) if in_python_too else (in_c,):
            attempt(out, measure, setup, out, program, frames)
    if in_python_too:
        for program in ("brick", "gears-300"):
            attempt(out, resets, setup, out, program)
        if setup.args.smoke:
            attempt(out, soak, setup, out)


def attempt(out, measure, *arguments):
    try:
        measure(*arguments)
    except Failed as reason:
        out.fail("game-costs", str(reason))


def targets(check, ratio, median):
    """check, ratio and median are the report's."""
    check("an empty step in C, clear-84: us beyond the frame",
          median("game-costs", "clear-84, a step beyond the frame, learner in C", "step"), 30)
    check("an empty step in Python, clear-84: us beyond the frame",
          median("game-costs", "clear-84, a step beyond the frame, GameEnv", "step"), 30)
    check("brick, stepped / its own frames, C",
          ratio("game-costs", "brick, a step of one frame, learner in C", "step", "frame"), 1.05)
    check("brick, stepped / its own frames, GameEnv",
          ratio("game-costs", "brick, a step of one frame, GameEnv", "step", "frame"), 1.05)
