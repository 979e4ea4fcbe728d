"""Steps per second of many games at once: Offstage's vector of unmodified games, the same games flat out with nobody
watching, and Gymnasium's AsyncVectorEnv of environments that read their own window.

All contestants of one number of games live side by side and have their turns in rotation; who has no turn waits, or is
stopped. A step is `frame skip` frames that are drawn and shown, and one observation, (4, 84, 84) gray."""
import base64
import os
import statistics
import subprocess
import time
import zlib

import procfs
from contestants import Contestant, Failed, SkipBench, rotated
from flat_out import FlatOut, first_picture
from report import Case

COUNTS, MORE_COUNTS = (1, 2, 4, 8, 16), (32, 64)
PROGRAMS = {"brick": "examples/brick_dodge.py, 480x640", "gears-300": "GLFW in C, 300x300",
            "triangle-84": "GLFW in C, 84x84"}
# Levels of gray by which the mean of two contestants' observations may differ: the last bit of two ways of resizing.
LOOK_TOLERANCE = 1.0


class Turn:
    """One line of the table: which contestant, with which settings, in which case."""

    def __init__(self, name, contestant, skip, **settings):
        self.name, self.contestant, self.skip, self.settings = name, contestant, skip, settings

    def steps_per_s(self, live, ms):
        found = live[self.contestant].ask("steps", ms=ms, frame_skip=self.skip, **self.settings)
        return found["steps"] * 1e9 / found["ns"], found


def turns(contestants, games, skip, quick):
    found = []
    for name in contestants:
        if name == "flat-out":
            found.append(Turn(name, None, skip))
        elif name == "offstage":
            found.append(Turn("offstage", name, skip))
            if games > 1:
                found.append(Turn("offstage-async", name, skip, order="async"))
        elif name == "offstage-env" or name.endswith("-lp"):
            found.append(Turn(name, name, skip))
        elif name in ("xvfb-own", "xvfb-one", "headless"):
            found.append(Turn(name, name, skip))
            if name != "xvfb-one" and not quick:
                found.append(Turn(name + "-expert", name, skip, way="expert"))
                if skip > 1:
                    found.append(Turn(name + "-once", name, skip, draws="once"))
    return found


class Session:
    """Everybody who plays one number of one program."""

    def __init__(self, setup, program, games, skips, out):
        self.setup, self.program, self.games, self.skips, self.out = setup, program, games, skips, out
        self.here = os.path.join(setup.args.root, "bench", "games")
        self.live, self.flat, self.gpu_mib = {}, None, {}
        self.quick = setup.args.quick or setup.args.smoke

    def command(self):
        if self.program == "brick":
            return [self.setup.args.python, os.path.join(self.setup.args.root, "examples", "brick_dodge.py")]
        return [self.setup.program("bench_glfw"), self.program]

    def contestants(self):
        """LP_NUM_THREADS=0 suits small windows and many games. With no more games than cores Mesa's default may be
        better, so everybody plays with that as well (-lp)."""
        setup, common = self.setup, ["--program", self.program, "--games", str(self.games)]
        python_path = os.path.join(os.path.abspath(setup.args.build), "python")
        one_thread = {"LP_NUM_THREADS": "0", "PYTHONDONTWRITEBYTECODE": "1",
                      "BENCH_SCENE_LIBRARY": setup.program("libbench_scene.so")}
        default = {name: value for name, value in one_thread.items() if name != "LP_NUM_THREADS"}
        player = [os.path.join(self.here, "player.py"), *common, "--programs", setup.programs,
                  "--skips", ",".join(map(str, self.skips))]
        player += ["--gpu", "software"] if setup.args.gpu == "software" else []
        peer = [os.path.join(self.here, "peers.py"), *common]
        found, few = [], self.games <= (os.cpu_count() or 1) and not self.quick

        def add(name, arguments, **more):
            found.append(Contestant(name, setup.args.python, dict(setup.base_env, **more), options=arguments))

        if has_players(setup):
            add("offstage", player, **one_thread, PYTHONPATH=python_path)
            if few:
                add("offstage-lp", player, **default, PYTHONPATH=python_path)
            if self.games == 1:
                add("offstage-env", [*player, "--single"], **one_thread, PYTHONPATH=python_path)
        if setup.have_xvfb and setup.args.gpu == "software":
            add("xvfb-own", [*peer, "--display", "own"], **one_thread)
            add("xvfb-one", [*peer, "--display", setup.server.display], **one_thread)
            if few:
                add("xvfb-own-lp", [*peer, "--display", "own"], **default)
        if self.program == "brick":
            add("headless", [*peer, "--headless"], **one_thread)
            if few:
                add("headless-lp", [*peer, "--headless"], **default)
        return found

    def start(self):
        for contestant in self.contestants():  # one after the other, so that none waits for the start of another
            before = gpu_used_mib(self.setup)
            self.live[contestant.name] = contestant.start()
            self.live[contestant.name].wait_ready(300)
            if before is not None:
                self.gpu_mib[contestant.name] = gpu_used_mib(self.setup) - before
        if has_lockstep(self.setup):
            self.flat = FlatOut(self.setup, self.command(), self.games, {"LP_NUM_THREADS": "0"},
                                self.program == "brick")
            self.flat.wait_ready()

    def stop(self):
        for process in self.live.values():
            process.quit()
        if self.flat:
            self.flat.quit()

    def warm_up(self):
        for name, process in self.live.items():
            for skip in self.skips:
                process.ask("steps", ms=1 if self.setup.args.smoke else 150, calls=2, frame_skip=skip)

    def look(self):
        """Everybody plays the same games for some steps, and has to see the same."""
        skip, steps = self.skips[0], 3 if self.setup.args.smoke else 12
        order = [name for name in ("offstage", "offstage-env") if name in self.live]
        order += [name for name in self.live if name not in order]
        seeds, first = list(range(5, 5 + self.games)), None
        worst = {}
        for name in order:
            if name.startswith("offstage"):
                found = self.live[name].ask("look", steps=steps, frame_skip=skip)
                if name == "offstage" and found["seeds"]:
                    seeds = found["seeds"]
            else:
                found = self.live[name].ask("look", steps=steps, frame_skip=skip, seeds=seeds)
            seen = [zlib.decompress(base64.b64decode(found[key])) for key in ("first", "last")]
            if min(statistics.pstdev(picture) for picture in seen) < 2:
                raise Failed(f"{name}: its observation is blank")
            if first is None:
                first = seen
            worst[name] = max(difference(mine, theirs) for mine, theirs in zip(seen, first))
        if self.flat:
            # The newest picture in the first game's stack is what a game shows that was started with its seed; a scene's
            # third one is the program's fourth, because GLFW shows a black one before it maps its window.
            plain = first_picture(self.setup, self.command(), *((seeds[0], 1) if self.program == "brick" else (None, 4)))
            worst["flat-out"] = difference(first[0][3 * len(plain):4 * len(plain)], plain)
        for name, levels in worst.items():
            if levels > LOOK_TOLERANCE:
                raise Failed(f"{name} sees something else than {order[0]}: {levels:.1f} levels apart in the mean")
        return worst

    def memory(self, case, gpu):
        for name, process in self.live.items():
            pids = procfs.tree(process.process.pid)[1:]
            if name == "xvfb-one":
                pids.append(self.setup.server.pid)
            total = procfs.tree_memory_kb(pids)
            games = self.games * (len(self.skips) if name.startswith("offstage") else 1)
            case.add(name, total["pss"] / 1024 / games)
            if name in self.gpu_mib:
                gpu.add(name, self.gpu_mib[name] / games)
        if self.flat:
            case.add("flat-out", self.flat.memory_kb()["pss"] / 1024 / self.games)

    def measure(self):
        rounds = min(self.setup.args.rounds, 3 if self.quick or self.games > 8 else 5)
        ms = 20 if self.setup.args.smoke else int((200 + 40 * self.games) * (1 if self.program == "brick" else 0.5))
        cases = {skip: Case("games", f"{self.program} x {self.games}, frame skip {skip}", "env steps/s",
                            higher_is_better=True, peers=("flat-out", "xvfb-own")) for skip in self.skips}
        beyond = {skip: Case("games", f"{self.program} x {self.games}, frame skip {skip}, beyond the frames",
                             "us a step", higher_is_better=False, peers=("offstage",)) for skip in self.skips}
        names = (["flat-out"] if self.flat else []) + list(self.live)
        for number in range(rounds):
            flat = self.peers_flat(ms)
            for skip in rotated(list(self.skips), number):
                for name, frames_per_s in flat.items():
                    cases[skip].add(name, frames_per_s / skip)
                for turn in rotated(turns(names, self.games, skip, self.quick), number):
                    self.one_turn(turn, cases[skip], ms)
        for skip in self.skips:
            if cases[skip].values:
                cases[skip].notes = {"games": self.games, "frame_skip": skip, "slice_ms": ms,
                                     "program": PROGRAMS[self.program]}
                self.out.add(cases[skip])
                fill_beyond(beyond[skip], cases[skip])
            if beyond[skip].values:
                self.out.add(beyond[skip])

    def peers_flat(self, ms):
        """Frames per second in the peers' own processes, with nobody reading."""
        return {name + "-flat": self.live[name].ask("flat", ms=ms)["frames_per_s"] for name in ("headless", "xvfb-own")
                if name in self.live}

    def one_turn(self, turn, case, ms):
        if turn.name == "flat-out":
            case.add(turn.name, self.flat.frames_per_s(ms) / turn.skip)
            return
        rate, found = turn.steps_per_s(self.live, ms)
        case.add(turn.name, rate)
        case.extra(turn.name, "p95_ms", found["p95_ns"] / 1e6)
        case.extra(turn.name, "learner_us_per_step", found["learner_cpu_ns"] / 1e3 / found["steps"])


def fill_beyond(beyond, case):
    """What a step takes beyond drawing its frames, all cores together. Our frames are those of the unmodified program;
    the peers', which have no loop of a toolkit around them, are those of whoever draws them quickest. Not said of those
    whose frames are others: -once, -lp."""
    flats = [name for name in case.values if name == "flat-out" or name.endswith("-flat")]
    leanest = max(flats, key=case.median, default=None)
    for name, rates in case.values.items():
        own = case.values.get("flat-out" if name.startswith("offstage") else leanest)
        if own and name not in flats and not name.endswith(("-once", "-lp")):
            for rate, frames in zip(rates, own):
                beyond.add(name, 1e6 / rate - 1e6 / frames)


def difference(mine, theirs):
    if len(mine) != len(theirs):
        raise Failed(f"an observation of {len(mine)} bytes beside one of {len(theirs)}")
    return sum(abs(a - b) for a, b in zip(mine, theirs)) / len(mine)


def gpu_used_mib(setup):
    """Of all GPUs together; None without hardware. What a contestant adds while it starts is its own: none starts beside
    it."""
    if setup.args.gpu != "hardware":
        return None
    try:
        done = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"],
                              capture_output=True, text=True, timeout=30)
        return sum(float(line) for line in done.stdout.split()) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def has_lockstep(setup):
    clock = os.path.join(os.path.dirname(setup.library), "offstage", "liboffstage_clock.so")
    return setup.have_offstage and os.access(setup.launcher, os.X_OK) and os.path.exists(clock)


def has_players(setup):
    package = os.path.join(os.path.abspath(setup.args.build), "python")
    done = subprocess.run([setup.args.python, "-c", "import offstage; offstage.GameVectorEnv"],
                          env=dict(setup.base_env, PYTHONPATH=package), capture_output=True)
    return done.returncode == 0


def need(setup):
    if not os.access(setup.args.python, os.X_OK):
        raise SkipBench(f"no {setup.args.python}: ./scripts/setup makes it")
    done = subprocess.run([setup.args.python, "-c", "import gymnasium, numpy, arcade, cv2"], env=setup.base_env,
                          capture_output=True, text=True)
    if done.returncode:
        raise SkipBench(f"{setup.args.python}: {done.stderr.strip().splitlines()[-1]}")


def counts(setup, program):
    if setup.args.smoke:
        return (2,)
    found = COUNTS + (MORE_COUNTS if setup.args.gpu == "hardware" else ())
    if setup.args.quick:
        found = (1, 2, 8)
    return tuple(n for n in found if program != "triangle-84" or n in (1, 2, 8, 64))


def run(setup, out):
    need(setup)
    if not has_players(setup):
        out.skip("offstage in games", "the package in build/python has no GameVectorEnv")
    if not has_lockstep(setup):
        out.skip("flat-out in games", "no lib/offstage/liboffstage_clock.so, which --lockstep needs")
    skips = (1,) if setup.args.smoke else (1, 4)
    for program in PROGRAMS:
        if program != "brick" and not os.access(setup.program("bench_glfw"), os.X_OK):
            out.skip(program, "bench_glfw is not built: it needs libglfw3-dev")
            continue
        memory, gpu = (Case("games", f"{program}, {what} of a game", "MiB", higher_is_better=False, peers=("offstage",))
                       for what in ("memory (PSS)", "GPU memory"))
        wanted = counts(setup, program)
        last = max((n for n in wanted if n <= 8), default=wanted[-1]) if setup.args.gpu == "software" else wanted[-1]
        for games in wanted:
            session, started = Session(setup, program, games, skips, out), time.monotonic()
            try:
                session.start()
                session.warm_up()
                print(f"\n{program} x {games}: mean difference of the observations, in levels: " + ", ".join(
                    f"{name} {value:.2f}" for name, value in session.look().items()), flush=True)
                session.measure()
                if games == last:
                    session.memory(memory, gpu)
                    memory.notes = gpu.notes = {"games": games}
            except Failed as reason:
                out.fail(f"{program} x {games}", str(reason))
            finally:
                session.stop()
            print(f"\n{program} x {games}: {time.monotonic() - started:.0f} s", flush=True)
        for case in (memory, gpu):
            if case.values:
                out.add(case)


def targets(check, ratio, median):
    """check, ratio and median are the report's."""
    cores = os.cpu_count() or 1
    for skip in (1, 4):
        for games in (n for n in COUNTS if n >= cores):
            name = f"brick x {games}, frame skip {skip}"
            check(f"{name}: Offstage / flat out", ratio("games", name, "offstage", "flat-out"), 0.9, at_least=True)
            expert = ratio("games", name, "offstage", "xvfb-own-expert")
            check(f"{name}: Offstage / AsyncVectorEnv + Xvfb", ratio("games", name, "offstage", "xvfb-own"), 1.5,
                  at_least=True, note=f"{expert:.2f} where it reads in the best way that we know" if expert else "")
            mine, theirs = (median("games", name + ", beyond the frames", who) for who in ("offstage", "xvfb-own"))
            if mine is not None and theirs is not None:
                check(f"{name}: beyond the frames, AsyncVectorEnv + Xvfb / Offstage", theirs / max(mine, 1.0), 5,
                      at_least=True, note=f"{theirs:.0f} and {mine:.0f} us a step")
