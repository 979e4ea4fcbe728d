"""Memory of the whole process tree, and what an open display adds to a process."""
import procfs
from contestants import Contestant, Failed, Xvfb
from report import Case

MEASURES = (("pss", "shared pages divided among their users"), ("rss", "resident"), ("private", "not shared"))


def tree_kb(contestant, server):
    process = contestant.start("--scene", "gears-300")
    try:
        process.wait_ready()
        process.run(100)
        pids = procfs.tree(process.process.pid) + ([server.pid] if server else [])
        return procfs.tree_memory_kb(pids)
    finally:
        process.quit()


def run(setup, out):
    rounds = min(3, setup.args.rounds)
    cases = {name: Case("memory", f"gears-300, process tree, {name}", "MiB", higher_is_better=False)
             for name, _ in MEASURES}
    try:
        for _ in range(rounds):
            for contestant in setup.gl():
                server = None
                if contestant.name == "xvfb":
                    # A server that has served nobody else, as each job has one of its own.
                    server = Xvfb(setup.base_env)
                    contestant = Contestant("xvfb", contestant.program, setup.xvfb_env(server))
                try:
                    found = tree_kb(contestant, server)
                finally:
                    if server:
                        server.stop()
                for name, value in found.items():
                    cases[name].add(contestant.name, value / 1024)
    except Failed as reason:
        out.fail("memory", str(reason))
        return
    for case in cases.values():
        out.add(case)
    x_side(setup, out, rounds=1 if setup.args.smoke else max(5, setup.args.rounds))


def sleeper(contestant, what):
    process = contestant.start(what)
    try:
        process.wait_ready()
        pid = process.process.pid
        return dict(procfs.memory_kb(pid), **procfs.counts(pid))
    finally:
        process.quit()


def x_side(setup, out, rounds):
    """An open display with one mapped window, against the same program that opens none, without a preload."""
    if not setup.have_offstage:
        return
    plain = Contestant("none", setup.program("bench_x"), setup.base_env)
    cases = {name: Case("x-side", f"an open display adds, {name}", "KiB", higher_is_better=False)
             for name in ("rss", "private")}
    more = {name: Case("x-side", f"an open display adds, {name}", name, higher_is_better=False)
            for name in ("threads", "descriptors")}
    preload = Case("x-side", "the preload alone adds, rss", "KiB", higher_is_better=False)
    try:
        for _ in range(rounds):
            base = sleeper(plain, "none")
            for contestant in setup.x():
                found = sleeper(contestant, "idle")
                for name, case in list(cases.items()) + list(more.items()):
                    case.add(contestant.name, found[name] - base[name])
                if contestant.name == "offstage":
                    preload.add("offstage", sleeper(contestant, "none")["rss"] - base["rss"])
    except Failed as reason:
        out.fail("x-side", str(reason))
        return
    for case in list(cases.values()) + list(more.values()) + [preload]:
        out.add(case)
