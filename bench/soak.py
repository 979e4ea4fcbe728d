#!/usr/bin/env python3
"""Plays for a long time and looks for what grows or stays behind; to be run by hand.

    .venv/bin/python bench/soak.py [--steps 1000000] [--kills 1000] [--learners 100]

Three parts. --steps: so many steps of a vector of small games, with a table of memory, descriptors and shared memory.
--kills: so many times a process of a game is killed at a random moment while the learner goes on. --learners: so many
learners are killed at a random moment, with their games. Exit status 1 if anything grew or was left behind. Shared
memory is that of the whole machine: run nothing else meanwhile.
"""
import argparse
import os
import random
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "driver"))
import procfs  # noqa: E402

MARK = "BENCH_SOAK_MARK"
# What may come and go: the allocator's, and what a library loads when it is first needed.
SLACK = {"rss_kb": 4096, "descriptors": 2, "maps": 16, "shm_kb": 1024, "games_pss_kb": 8192}


def system_shm_kb():
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Shmem:"))


def children():
    """Living processes below this one, and how many dead ones wait for somebody to ask how they ended."""
    living, dead = [], 0
    for pid in procfs.tree(os.getpid())[1:]:
        try:
            with open(f"/proc/{pid}/stat") as file:
                ended = file.read().rsplit(")", 1)[1].split()[0] in "ZX"
        except OSError:
            continue
        if ended:
            dead += 1
        else:
            living.append(pid)
    return living, dead


def figures():
    pid = os.getpid()
    games = children()[0]
    pss = 0
    for game in games:
        try:
            pss += procfs.memory_kb(game)["pss"]
        except (OSError, KeyError):
            pass  # left meanwhile
    with open("/proc/self/maps") as file:
        maps = sum(1 for _ in file)
    return {"rss_kb": procfs.memory_kb(pid)["rss"], "descriptors": len(os.listdir("/proc/self/fd")), "maps": maps,
            "shm_kb": system_shm_kb(), "processes": len(games), "games_pss_kb": pss}


def row(first, values):
    print(f"{first:>12}  " + "  ".join(f"{value:>12,}" if isinstance(value, int) else f"{value:>12}"
                                       for value in values), flush=True)


def head(first):
    names = ("rss_kb", "descriptors", "maps", "shm_kb", "processes", "games_pss_kb")
    row(first, [*names, "steps/s"])
    return names


def make(args):
    import offstage

    command = [os.path.join(args.build, "bench", "bench_glfw"), args.scene]
    if args.scene == "brick":
        command = [sys.executable, os.path.join(os.path.dirname(HERE), "examples", "brick_dodge.py")]
        more = {"reset": "hook", "hook": os.path.join(HERE, "games", "brick_hook.py")}
    else:
        more = {"reset": "restart", "spares": args.spares}
    return offstage.GameVectorEnv(command, args.games, actions=["Left", None, "Right"], frame_skip=1, hz=60, seed=1,
                                  observation={"size": (84, 84), "stack": 4}, timeout=60.0,
                                  max_crashes=1_000_000, **more)


def actions_of(args):
    import numpy

    dice = numpy.random.default_rng(args.seed)
    return lambda: dice.integers(3, size=args.games)


def grown(before, after):
    return {name: after[name] - before[name] for name, slack in SLACK.items() if after[name] - before[name] > slack}


def steps(args):
    """True if nothing grew after the first tenth."""
    env, actions = make(args), actions_of(args)
    env.reset(seed=args.seed)
    print(f"\n{args.steps:,} steps of {args.games} games ({args.scene})")
    names, base = head("steps"), None
    done, part, last, since = 0, max(1, args.steps // 20), time.monotonic(), 0
    while done < args.steps:
        env.step(actions())
        done, since = done + args.games, since + args.games
        if since >= part or done >= args.steps:
            now, seen = time.monotonic(), figures()
            row(f"{done:,}", [*(seen[name] for name in names), int(since / (now - last))])
            base = seen if base is None and done >= args.steps // 10 else base
            last, since = time.monotonic(), 0
    found = grown(base or seen, seen)
    env.close()
    return verdict("steps", found) and ended("steps")


class Killer(threading.Thread):
    """Ends a process of a game now and then: the game itself or who watches over it."""

    def __init__(self, count, seed):
        super().__init__(daemon=True)
        self.left, self.dice = count, random.Random(seed)

    def run(self):
        while self.left:
            time.sleep(self.dice.uniform(0, 0.4))
            victims = children()[0]
            if not victims:
                continue
            try:
                os.kill(self.dice.choice(victims), signal.SIGKILL)
                self.left -= 1
            except ProcessLookupError:
                pass


def kills(args):
    env, actions = make(args), actions_of(args)
    env.reset(seed=args.seed)
    print(f"\n{args.kills:,} kills, {args.games} games ({args.scene})")
    names = head("kills")
    for _ in range(200):
        env.step(actions())
    before = figures()
    row(0, [*(before[name] for name in names), ""])
    killer = Killer(args.kills, args.seed)
    killer.start()
    told, calls, part, shown = 0, 0, max(1, args.kills // 10), 0
    while killer.is_alive() or calls < 100:
        _, _, _, _, infos = env.step(actions())
        told += sum(1 for sentence in infos.get("crashed", ()) if sentence)
        calls += 1
        if (args.kills - killer.left) // part > shown:
            shown = (args.kills - killer.left) // part
            row(args.kills - killer.left, [*(figures()[name] for name in names), ""])
    for _ in range(200):
        env.step(actions())
    after = figures()
    row("after", [*(after[name] for name in names), ""])
    print(f"the learner was told of {told:,} crashes")
    env.close()
    found = grown(before, after)
    return verdict("kills", found) and ended("kills")


def marked(mark):
    """Processes that were started, directly or not, with this mark in their environment."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if f"{MARK}={mark}".encode() in file.read().split(b"\0"):
                        found.append(int(name))
            except OSError:
                pass
    return found


def learners(args):
    print(f"\n{args.learners:,} learners killed, each with {args.games} games")
    dice, before, left_over, slowest = random.Random(args.seed), system_shm_kb(), 0, 0.0
    for number in range(args.learners):
        mark = f"{os.getpid()}-{number}"
        process = subprocess.Popen([sys.executable, os.path.abspath(__file__), "--steps", "1000000000", "--kills", "0",
                                    "--learners", "0", "--games", str(args.games), "--scene", args.scene,
                                    "--build", args.build, "--seed", str(number)],
                                   env=dict(os.environ, **{MARK: mark}), stdout=subprocess.DEVNULL)
        time.sleep(dice.uniform(0.2, 2.0))
        process.kill()
        process.wait()
        start = time.monotonic()
        while marked(mark) and time.monotonic() < start + 10:
            time.sleep(0.01)
        slowest = max(slowest, time.monotonic() - start)
        for pid in marked(mark):
            left_over += 1
            os.kill(pid, signal.SIGKILL)
    print(f"processes left after ten seconds: {left_over}; the slowest end took {slowest:.2f} s; "
          f"shared memory {system_shm_kb() - before:+,} KiB")
    return left_over == 0


def ended(what):
    """After close(): no process is left of this one."""
    deadline = time.monotonic() + 10
    while children()[0] and time.monotonic() < deadline:
        time.sleep(0.01)
    living, dead = children()
    print(f"{what}: {len(living)} processes left after close()" +
          (f", and {dead} that nobody has waited for" if dead else ""))
    return not living


def verdict(what, found):
    print(f"{what}: " + (", ".join(f"{name} grew by {value:,}" for name, value in found.items()) or "nothing grew"))
    return not found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--learners", type=int, default=100)
    parser.add_argument("--games", type=int, default=4)
    parser.add_argument("--spares", type=int, default=0, help="warm spares, for the kills")
    parser.add_argument("--scene", default="triangle-84", help="triangle-84, gears-300 or brick (default triangle-84)")
    parser.add_argument("--build", default=os.path.join(os.path.dirname(HERE), "build"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true", help="a few of each; growth is shown, not judged")
    args = parser.parse_args()
    if args.smoke:
        args.steps, args.kills, args.learners, args.games = 400, 3, 1, 2
        SLACK.clear()
    args.build = os.path.abspath(args.build)
    sys.path.insert(0, os.path.join(args.build, "python"))
    os.environ.setdefault("LP_NUM_THREADS", "0")
    wanted = ((steps, args.steps), (kills, args.kills), (learners, args.learners))
    parts = [part(args) for part, count in wanted if count]
    return 0 if all(parts) else 1


if __name__ == "__main__":
    sys.exit(main())
