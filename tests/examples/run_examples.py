"""The examples as their documentation says to run them, under Offstage with Mesa's software renderer.

    run_examples.py --build BUILD --examples FOLDER --python PYTHON NAME
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients"))

import pictures  # noqa: E402
from harness import Failure, clean_environment, offstage_command, python_needs, report, skip  # noqa: E402

# Orange, (255, 128, 0), in the upper left quarter of a black window: BT.601 makes it 151; the mean is a quarter.
HELLO = "shape (1, 84, 84), uint8, mean 37.75, corners 151 0"
LEARN_STEPS = 40_000


class Context:
    """Where things are, and how to run one of the examples."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self.build, self.examples, self.python, self.scratch = options.build, options.examples, options.python, scratch

    def needs(self, *modules: str) -> None:
        if not list((self.build / "python" / "offstage").glob("_native*.so")):
            skip("the Python package is not built (python3-dev was missing)")
        python_needs(self.python, list(modules))

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.build / "python"), str(self.examples)])
        return clean_environment(PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1")

    def run(self, *command: str, bare: bool = False, status: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command under Offstage, or bare: a script may then start itself again under it."""
        line = list(command) if bare else offstage_command(self.build, ["--gpu", "software"], list(command))
        done = subprocess.run(line, cwd=self.scratch, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        if done.returncode != status:
            raise Failure(f"{' '.join(command)}: exit {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
        return done

    def example(self, name: str, *arguments: str, bare: bool = False,
                status: int = 0) -> subprocess.CompletedProcess[str]:
        return self.run(self.python, str(self.examples / name), *arguments, bare=bare, status=status)

    def script(self, name: str) -> None:
        """Checks that run inside Offstage, in a file beside this one."""
        print(self.run(self.python, str(HERE / name)).stdout, end="")


def expect(holds: bool, what: str) -> None:
    if not holds:
        raise Failure(what)


def hello(context: Context, file: str, *modules: str) -> None:
    context.needs("numpy", *modules)
    said = context.example(file).stdout.splitlines()
    expect(said == [HELLO], f"{file} says {said}, not {HELLO!r}")


def hello_c(context: Context) -> None:
    program = context.build / "tests" / "examples" / "hello_glfw"
    if not program.exists():
        skip("GLFW's headers are not installed")
    picture = context.scratch / "hello.pgm"
    said = context.run(str(program), str(picture)).stdout.splitlines()
    expect(said == [HELLO], f"hello_glfw says {said}, not {HELLO!r}")
    row = bytes([151] * 42 + [0] * 42)
    expect(picture.read_bytes() == b"P5\n84 84\n255\n" + row * 42 + bytes(84 * 42), "the picture is another one")
    without = context.run(str(program), bare=True, status=1)
    expect("offstage run" in without.stderr, f"without a display it says {without.stderr!r}")
    context.run(str(program), "/nowhere/hello.pgm", status=1)


def env(context: Context) -> None:
    context.needs("arcade", "gymnasium")
    context.script("check_env.py")
    said = context.example("brick_dodge_env.py", bare=True).stdout  # starts itself again under Offstage
    expect(said.startswith("observation: shape (2, 40, 30), uint8"), f"brick_dodge_env.py says {said!r}")


def policy(context: Context) -> None:
    python_needs(context.python, ["numpy"])
    context.run(context.python, str(HERE / "check_policy.py"), bare=True)


def training_report(context: Context) -> None:
    python_needs(context.python, ["numpy", "PIL"])
    context.run(context.python, str(HERE / "check_report.py"), bare=True)


def torch(context: Context) -> None:
    """Without PyTorch it says so; with it, a short training on the CPU works."""
    context.needs("arcade", "gymnasium")
    said = context.example("train_torch.py", "--steps", "0", bare=True, status=2).stderr
    expect("--steps" in said, f"--steps 0 is answered by {said!r}")
    found = subprocess.run([context.python, "-c", "import torch"], capture_output=True)
    if found.returncode != 0:
        said = context.example("train_torch.py", status=1).stderr
        expect("PyTorch" in said and "Traceback" not in said, f"without PyTorch it says {said!r}")
        return
    context.example("train_torch.py", "--steps", "1024", "--games", "2", "--out", str(context.scratch))
    expect((context.scratch / "learning_curve.png").exists(), "no learning curve was written")


def refusals(context: Context) -> None:
    """Bad options end with status 2 and a line that names the option, before anything is started or written."""
    context.needs("arcade", "gymnasium")
    out = context.scratch / "none"
    bad = [["--steps", "0"], ["--steps", "many"], ["--steps", "-5"], ["--minutes", "nan"], ["--minutes", "0"],
           ["--minutes", "soon"], ["--games", "0"], ["--seed", "-1"], ["--seed", "1000000"], ["--eval", "nowhere.npz"]]
    for arguments in bad:
        said = context.example("train_numpy.py", "--out", str(out), *arguments, bare=True, status=2)
        expect(any(word in said.stderr for word in arguments), f"{arguments} is answered by {said.stderr!r}")
        expect(not said.stdout and not out.exists(), f"{arguments}: something was done all the same")


def train(context: Context) -> None:
    """A short training: files, a bar on stderr, figures on stdout; the saved agent plays the same games again."""
    context.needs("arcade", "gymnasium", "PIL")
    out, again = context.scratch / "out", context.scratch / "again"
    options = ["--steps", "2048", "--games", "8", "--seed", "3", "--out", str(out)]
    done = context.example("train_numpy.py", *options, bare=True)
    expect("training" in done.stderr and "100%" in done.stderr, f"no progress on stderr: {done.stderr!r}")
    words = [line.split()[0] for line in done.stdout.splitlines()]
    expect(words == ["random", "trained"], f"stdout holds {done.stdout!r}")
    software = [line for line in done.stderr.splitlines() if "software" in line]
    expect(len(software) <= 1, f"told {len(software)} times: {software[:1]}")
    names = {path.name for path in out.iterdir()}
    expect(names == {"policy.npz", "learning_curve.png", "frames.png", "scores.json"}, f"files are {sorted(names)}")
    scores = json.loads((out / "scores.json").read_text())
    expect(scores["steps"] == 2048 and len(scores["trained"]) == len(scores["random"]) == 8, f"scores are {scores}")
    strip = pictures.read(out / "frames.png")
    expect(strip.height == 344 and strip.colors() > 100, f"frames.png: {strip.height} high, {strip.colors()} colours")

    context.example("train_numpy.py", "--eval", str(out / "policy.npz"), "--games", "8", "--out", str(again))
    played = json.loads((again / "scores.json").read_text())
    expect(played["trained"] == scores["trained"], f"--eval plays {played['trained']}, not {scores['trained']}")
    expect(not (again / "policy.npz").exists(), "--eval wrote a policy")


def interrupt(context: Context) -> None:
    """Ctrl-C ends the training; what was learned is evaluated and saved all the same."""
    context.needs("arcade", "gymnasium", "PIL")
    out = context.scratch / "out"
    command = [context.python, str(context.examples / "train_numpy.py"), "--games", "8", "--out", str(out)]
    with subprocess.Popen(command, env=context.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        said = []
        for line in process.stderr:
            if line.startswith("training") and not said:
                process.send_signal(signal.SIGINT)
            if said or line.startswith("training"):
                said.append(line)
        status = process.wait()
    expect(status == 0, f"exit status {status}, and it said {''.join(said)!r}")
    steps = json.loads((out / "scores.json").read_text())["steps"]
    expect(0 < steps < 150_000, f"{steps} steps were made")
    expect((out / "policy.npz").exists(), "the agent was not saved")


def learns(context: Context) -> None:
    """The trained agent passes more rows than chance in games that it has not seen, far beyond the error of both."""
    context.needs("arcade", "gymnasium", "PIL")
    options = ["--steps", str(LEARN_STEPS), "--games", "48", "--out", str(context.scratch)]
    context.example("train_numpy.py", *options, bare=True)
    scores = json.loads((context.scratch / "scores.json").read_text())
    chance, trained = scores["random"], scores["trained"]
    error = math.sqrt(sum(statistics.variance(s) / len(s) for s in (chance, trained)))
    gain = statistics.mean(trained) - statistics.mean(chance)
    means = f"by chance {statistics.mean(chance):.2f}, trained {statistics.mean(trained):.2f}"
    print(f"{means}, {gain / error:.1f} standard errors")
    expect(gain > 4 * error, f"{gain:.2f} rows more than chance is not clear: the error is {error:.2f}")


def train_game(context: Context) -> None:
    """A short training from outside of the games, without preload: the files, and the saved agent plays the same again."""
    context.needs("arcade", "gymnasium", "PIL")
    out, again = context.scratch / "out", context.scratch / "again"
    done = context.example("train_game.py", "--steps", "512", "--games", "8", "--out", str(out), bare=True)
    words = [line.split()[0] for line in done.stdout.splitlines()]
    expect(words == ["random", "trained"], f"stdout holds {done.stdout!r}")
    names = {path.name for path in out.iterdir()}
    expect(names == {"policy.npz", "learning_curve.png", "frames.png", "scores.json"}, f"files are {sorted(names)}")
    strip = pictures.read(out / "frames.png")
    expect(strip.height == 344 and strip.colors() > 100, f"frames.png: {strip.height} high, {strip.colors()} colours")
    scores = json.loads((out / "scores.json").read_text())
    context.example("train_game.py", "--eval", str(out / "policy.npz"), "--games", "8", "--out", str(again), bare=True)
    played = json.loads((again / "scores.json").read_text())
    for agent in ("random", "trained"):
        expect(played[agent] == scores[agent], f"--eval: {agent} plays {played[agent]}, not {scores[agent]}")


CHECKS = {
    "hello_c": hello_c,
    "hello_pyglet": lambda context: hello(context, "hello_pyglet.py", "pyglet"),
    "hello_moderngl": lambda context: hello(context, "hello_moderngl.py", "moderngl_window"),
    "hello_glfw": lambda context: hello(context, "hello_glfw.py", "glfw", "OpenGL"),
    "env": env,
    "policy": policy,
    "report": training_report,
    "torch": torch,
    "options": refusals,
    "train": train,
    "train_game": train_game,
    "interrupt": interrupt,
    "learns": learns,
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--examples", type=Path, required=True)
    parser.add_argument("--python", required=True)
    parser.add_argument("name", choices=CHECKS)
    options = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as scratch:
        try:
            CHECKS[options.name](Context(options, Path(scratch)))
        except (Failure, ValueError, OSError) as failure:
            failures = [str(failure)]
    return report(f"example_{options.name}", failures)


if __name__ == "__main__":
    sys.exit(main())
