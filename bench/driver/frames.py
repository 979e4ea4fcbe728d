"""Frames per second, every frame finished."""
import statistics

from contestants import Failed, SkipBench, rotated
from report import Case

SCENES = ("triangle-84", "gears-300", "gears-600")


def one_round(contestants, number, slices, slice_ms, arguments):
    """Fresh processes, then a slice each in turn. Returns per contestant (ready line, list of slice answers)."""
    live = []
    try:
        for contestant in rotated(contestants, number):
            live.append((contestant.name, contestant.start(*arguments)))
            live[-1][1].wait_ready()
        for _, process in live:
            process.run(max(1, slice_ms // 2))  # warm-up: shaders are compiled, threads have started
        slots = {name: [] for name, _ in live}
        for i in range(slices):
            for name, process in rotated(live, i):
                slots[name].append(process.run(slice_ms))
        return {name: (process.ready, slots[name]) for name, process in live}
    finally:
        for _, process in live:
            process.quit()


def measure(setup, out, group, name, contestants, arguments):
    case = Case(group, name, "frames/s", higher_is_better=True)
    # Half of the frames were never interrupted, even on a busy machine: the median frame tells small differences apart.
    frame = Case(group, name + ", median frame", "us", higher_is_better=False)
    for number in range(setup.args.rounds):
        try:
            found = one_round(contestants, number, setup.args.slices, setup.args.slice_ms, arguments)
        except Failed as reason:
            out.fail(f"{group} {name}", str(reason))
            return
        for who, (ready, answers) in found.items():
            seen = sum(a["frames"] for a in answers)
            case.add(who, seen * 1e9 / sum(a["ns"] for a in answers))
            frame.add(who, statistics.median(a["p50_ns"] for a in answers) / 1e3)
            case.extra(who, "frame_p95_ms", max(a["p95_ns"] for a in answers) / 1e6)
            case.extra(who, "cpu_us_per_frame", sum(a["cpu_ns"] for a in answers) / seen / 1e3)
            out.saw(who, group, ready)
    out.add(case)
    out.add(frame)


def run(setup, out):
    for scene in SCENES:
        measure(setup, out, "frames", scene, setup.gl(control=True), ["--scene", scene])


def run_readback(setup, out):
    for scene in SCENES:
        measure(setup, out, "readback", scene, setup.gl(), ["--scene", scene, "--finish", "readback"])


def run_python(setup, out):
    for name, script in (("arcade sprites", "arcade_sprites.py"), ("pyglet labels", "pyglet_labels.py")):
        contestants = setup.python(script)
        if setup.args.gpu == "hardware":
            contestants = [c for c in contestants if c.name != "xvfb"]
        if not contestants:
            raise SkipBench("no contestant")
        measure(setup, out, "python", name, contestants, [])


def run_software(setup, out):
    """Windows that are presented without OpenGL, with pygame. SDL presents them through OpenGL unless it is told not to:
    Offstage tells it where OpenGL is software, and "xvfb-copy" is an Xvfb whose user knew that."""
    for size in ("640x480", "1280x720"):
        for name, options in (("present", []), ("draw and present", ["--draw"])):
            contestants = [c for c in setup.python("software_window.py", "pygame") if c.name != "egl"]
            contestants += [c.variant("xvfb-copy", SDL_FRAMEBUFFER_ACCELERATION="0")
                            for c in contestants if c.name == "xvfb"]
            measure(setup, out, "software", f"{size} {name}", contestants, ["--size", size, *options])


def targets(check, ratio, median):
    check("pygame without OpenGL, 640x480, frames presented / Xvfb",
          ratio("software", "640x480 present", "offstage", "xvfb"), 2.0, at_least=True)
