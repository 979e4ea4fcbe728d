"""From a drawn window to an observation in memory: bench_capture in C, bench/capture.py in Python. Both run all their
ways in turn in one process, so a ratio is taken within a round of a few seconds."""
import ctypes
import json
import os
import statistics
import subprocess

from contestants import Failed, SkipBench
from report import Case

SIZES = {"84": "84x84 to 84x84 gray", "600": "600x600 to 84x84 gray, stack of 4", "1280": "1280x720 to RGB",
         "640": "640x480 to 84x84 gray, stack of 4", "1024": "1024x1024 to 84x84 gray, stack of 4"}
CUDA_ONLY = ("640", "1024")
# Windows with alpha come first: Mesa hands their pixels over by memcpy; without alpha it converts them one by one.
ALPHA_BITS = (8, 0)
SERIES = ("none", "swap", "read_bgra", "plain", "offstage", "offstage_swap", "offstage_next", "upload", "device_copy",
          "read_upload")


def once(setup, argv, extra_env, what):
    env = dict(setup.offstage_env(), **extra_env)
    try:
        done = subprocess.run(argv, env=env, capture_output=True, timeout=1800, text=True)
    except subprocess.TimeoutExpired:
        raise Failed(f"{what}: no answer within half an hour") from None
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise Failed(f"{what}: exit {done.returncode}: {'; '.join(done.stderr.strip().splitlines()[-3:])}")
    return json.loads(lines[-1])


def turns(setup, frames):
    return ["--rounds", str(setup.args.rounds), "--frames", "3" if setup.args.smoke else str(frames)]


def add_round_values(case, name, values_ns):
    for value in values_ns:
        case.add(name, value / 1e3)


def have_cuda():
    try:
        return ctypes.CDLL("libcuda.so.1").cuInit(0) == 0
    except OSError:
        return False


def run_c(setup, out, size, alpha, device):
    what = f"C, {'' if device == 'cpu' else device + ', '}{SIZES[size]}, alpha {alpha}"
    found = once(setup, [setup.program("bench_capture"), "--case", size, "--alpha", str(alpha), "--device", device,
                         *turns(setup, 40)], {}, what)
    if found["gl_error"] or found["largest_difference"] > 2:
        raise Failed(f"{what}: GL error {found['gl_error']}, pictures differ by {found['largest_difference']} levels")
    peer = "read_bgra" if device == "cpu" else "read_upload"
    case = Case("capture", what, "us", higher_is_better=False, peers=(peer,))
    for name in SERIES:
        if name in found:
            add_round_values(case, name, found[name])
    # The swap happens with and without a capture; what a capture adds is the price of the observation.
    add_round_values(case, "offstage - swap", [a - b for a, b in zip(found["offstage"], found["swap"])])
    # The window's bytes by the time of each way: "upload" has the limit of PCIe, and "device_copy" half of HBM's.
    window_kb = found["width_px"] * found["height_px"] * 4 / 1e3
    for name in (*SERIES[2:5], *SERIES[7:], "offstage - swap"):
        if case.values.get(name):
            case.extra(name, "GB/s", window_kb / statistics.median(case.values[name]))
    case.notes = {key: value for key, value in found.items() if key not in SERIES}
    out.add(case)


def run_python(setup, out, size, alpha):
    what = f"Python, {SIZES[size]}, alpha {alpha}"
    script = os.path.join(setup.args.root, "bench", "capture.py")
    found = once(setup, [setup.args.python, script, "--case", size, "--alpha", str(alpha), *turns(setup, 40)],
                 {"PYTHONPATH": os.path.join(os.path.abspath(setup.args.build), "python"),
                  "PYTHONDONTWRITEBYTECODE": "1"}, what)
    case = Case("capture", what, "us", higher_is_better=False, peers=("offstage",))
    for name, values in found["times_ns"].items():
        add_round_values(case, name, values)
    for name, reason in found["missing"].items():
        out.skip(f"{name} in {what}", reason)
    case.notes = {key: value for key, value in found.items() if key != "times_ns"}
    out.add(case)


def need_python(setup):
    python, package = setup.args.python, os.path.join(os.path.abspath(setup.args.build), "python", "offstage")
    if not os.access(python, os.X_OK):
        raise SkipBench(f"no {python}: ./scripts/setup makes it")
    if not os.path.exists(os.path.join(package, "_native.abi3.so")):
        raise SkipBench(f"no extension module in {package}: it is built with python3-dev installed")
    done = subprocess.run([python, "-c", "import numpy, pyglet"], env=setup.base_env, capture_output=True)
    if done.returncode:
        raise SkipBench(f"{python} has no numpy or no pyglet")


def run(setup, out):
    if not setup.have_offstage:
        raise SkipBench(f"no {os.path.relpath(setup.library)}")
    devices = ("cpu", "cuda") if setup.args.gpu == "hardware" and have_cuda() else ("cpu",)
    for device in devices:
        for alpha in ALPHA_BITS:
            for size in SIZES:
                if device == "cpu" and size in CUDA_ONLY:
                    continue
                try:
                    run_c(setup, out, size, alpha, device)
                except Failed as reason:
                    out.fail("capture in C", str(reason))
    try:
        need_python(setup)
    except SkipBench as reason:
        out.skip("capture in Python", str(reason))
        return
    for alpha in ALPHA_BITS[:1] if setup.args.smoke else ALPHA_BITS:
        for size in ("84",) if setup.args.smoke else ("84", "600", "1280"):
            try:
                run_python(setup, out, size, alpha)
            except Failed as reason:
                out.fail("capture in Python", str(reason))


def targets(check, ratio, median):
    """check, ratio and median are the report's."""
    for alpha in ALPHA_BITS:
        start = f"{SIZES['600']}, alpha {alpha}"
        check(f"C, {start}: a capture adds / bare read",
              ratio("capture", f"C, {start}", "offstage - swap", "read_bgra"), 1.2)
        for way, limit in (("pyglet", 5), ("pyglet-rgba", 5), ("moderngl", 3), ("pyopengl", 3)):
            check(f"Python, {start}: {way} / offstage", ratio("capture", f"Python, {start}", way, "offstage"), limit,
                  at_least=True)
    for size, peer, limit in (("640", None, 20), ("1024", "read_upload", 5.3)):
        name = f"C, cuda, {SIZES[size]}, alpha {ALPHA_BITS[0]}"
        if peer:
            check(f"{name}: {peer} / offstage", ratio("capture", name, peer, "offstage"), limit, at_least=True)
        else:
            check(f"{name}: a capture adds, us", median("capture", name, "offstage - swap"), limit)
