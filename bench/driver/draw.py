"""Drawing requests of programs without OpenGL: processor time of an item, of the client and its server together.

On a machine with other work the time on the clock says how much of it there was; processor time does not, and the
client's share of it is the same on both sides."""
import json
import os
import subprocess

import procfs
from contestants import Contestant, Failed, SkipBench, rotated
from report import Case


def once(contestant, test, ms, server):
    before = procfs.cpu_ns(server)[0] if server else 0
    done = subprocess.run(contestant.argv(test, str(ms)), env=contestant.env, capture_output=True, timeout=120,
                          text=True)
    if done.returncode:
        raise Failed(f"{contestant.name}: bench_draw {test}: exit {done.returncode}: {done.stderr.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    # All of a server's work for one client is counted, its start and end too: little, beside so many items.
    spent = found["cpu_ns"] + (procfs.cpu_ns(server)[0] - before if server else 0)
    return spent / found["n"]


def run(setup, out):
    program = setup.program("bench_draw")
    if not os.access(program, os.X_OK):
        raise SkipBench(f"no {program}: build first, with libxext-dev installed")
    contestants = []
    if setup.server:
        contestants.append((Contestant("xvfb", program, setup.xvfb_env()), setup.server.pid))
    if setup.have_offstage:
        contestants.append((Contestant("offstage", program, setup.offstage_env()), None))
    tests = subprocess.run([program, "list"], env=setup.base_env, capture_output=True, text=True, check=True)
    for test in tests.stdout.split():
        case = Case("draw", test, "ns", higher_is_better=False, peers=("xvfb",))
        try:
            for number in range(setup.args.rounds):
                for contestant, server in rotated(contestants, number):
                    case.add(contestant.name, once(contestant, test, setup.args.slice_ms, server))
        except (Failed, subprocess.TimeoutExpired) as reason:
            out.fail(test, str(reason))
            continue
        out.add(case)
