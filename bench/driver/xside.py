"""The X protocol side: round trips, opening a display, and CPU time of a client that does nothing."""
import json
import statistics
import subprocess
import time

import procfs
from contestants import Failed, rotated
from report import Case


def once(contestant, *arguments):
    done = subprocess.run(contestant.argv(*arguments), env=contestant.env, capture_output=True, timeout=120, text=True)
    if done.returncode:
        raise Failed(f"{contestant.name}: bench_x {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def run(setup, out):
    syncs, opens = ("100", "10") if setup.args.smoke else ("10000", "200")
    cases = {key: Case("x", name, "us", higher_is_better=False) for key, name in (
        ("sync_p50_ns", "XSync, median"), ("sync_p95_ns", "XSync, 95th percentile"),
        ("first_open_ns", "XOpenDisplay, first in a process"), ("open_p50_ns", "XOpenDisplay, later ones"),
        ("close_p50_ns", "XCloseDisplay"))}
    try:
        for number in range(setup.args.rounds):
            for contestant in rotated(setup.x(), number):
                found = dict(once(contestant, "sync", syncs), **once(contestant, "open", opens))
                # One process has only one first display: a round is the median of several.
                found["first_open_ns"] = statistics.median(
                    once(contestant, "open", "2")["first_open_ns"] for _ in range(1 if setup.args.smoke else 11))
                for key, case in cases.items():
                    case.add(contestant.name, found[key] / 1e3)
    except (Failed, subprocess.TimeoutExpired) as reason:
        out.fail("x", str(reason))
        return
    for case in cases.values():
        out.add(case)
    run_idle(setup, out)


def run_idle(setup, out):
    """A client with a mapped window, and a GL program after its first frames; both wait on stdin."""
    seconds = 0.2 if setup.args.smoke else 2.0
    for name, contestants, arguments in (("idle X client", setup.x(), ["idle"]),
                                         ("idle GL program", setup.gl(), ["--scene", "triangle-84"])):
        case = Case("x", f"{name}, CPU in {seconds:g} s", "us", higher_is_better=False)
        live = []
        try:
            for contestant in contestants:
                live.append((contestant.name, contestant.start(*arguments)))
                live[-1][1].wait_ready()
            time.sleep(0.3)  # let what follows the start settle
            before = {who: procfs.cpu_ns(process.process.pid) for who, process in live}
            time.sleep(seconds)
            for who, process in live:
                now = procfs.cpu_ns(process.process.pid)
                case.add(who, (now[0] - before[who][0]) / 1e3)
                case.extra(who, "ticks", now[1] - before[who][1])
            out.add(case)
        except Failed as reason:
            out.fail(name, str(reason))
        finally:
            for _, process in live:
                process.quit()
