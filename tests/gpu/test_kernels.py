"""The CUDA kernels against the scalar reference, thousands of random plans, bit for bit; what the module says of wrong
pointers; how long the kernels take, with the share of the memory's bandwidth that they reach; and the same under
compute-sanitizer's tools."""

from __future__ import annotations

import glob
import os
import re
import shutil
import sys

from gputest import (CUDA_MODULE, DRY, PROGRAMS, bare_environment, check, fact, run, run_all, skip, skip_row, start,
                     with_fake_cuda)

PLANS = 40 if DRY else 5000
REPEATS = 2 if DRY else 2000
SLOWER_LIMIT = 1.5  # than the memory's bandwidth allows, at 1920x1080 with frames enough to fill the GPU
TOOLS = ("memcheck", "initcheck", "racecheck", "synccheck")


def kernels() -> None:
    if not CUDA_MODULE.exists():
        skip(f"{CUDA_MODULE} is not built: it needs nvcc")
    done = run([PROGRAMS / "gpu_kernels", CUDA_MODULE, str(PLANS), str(REPEATS)], with_fake_cuda(bare_environment()),
               timeout_s=600)
    told = done.said.get("plans that differ from the scalar reference", "not reached")
    check("plans that differ from the scalar reference", told == f"0 of {PLANS}", told, done.problem())
    for key in ("host memory as destination", "too small a destination"):
        check(key, key in done.said, done.said.get(key, "not told"))
    check("the whole program", done.status == 0, f"exit {done.status}", done.problem())
    for key, value in done.said.items():
        if key.startswith(("kernel ", "memory limit")):
            fact(key, value if not DRY else "not measured")
    share = re.search(r"([\d.]+) of the memory's limit", done.said.get("kernel 1920x1080 to 84x84 gray, 16 at a time", ""))
    if share and float(share[1]) > 0 and not DRY:
        slower = 1 / float(share[1])
        check(f"1080p: within {SLOWER_LIMIT} of the memory's bandwidth", slower <= SLOWER_LIMIT, f"{slower:.2f}")


def sanitizer() -> str:
    """compute-sanitizer of the toolkit, or of the wheel nvidia-cuda-sanitizer-api-cu12; "" if there is neither."""
    places = [os.path.join(folder, "nvidia/cu*/*/compute-sanitizer") for folder in sys.path]
    places += [os.path.join(folder, "nvidia/cuda_sanitizer_api/bin/compute-sanitizer") for folder in sys.path]
    places += ["/usr/local/cuda*/bin/compute-sanitizer"]
    found = [path for place in places for path in glob.glob(place) if os.access(path, os.X_OK)]
    return shutil.which("compute-sanitizer") or (found[0] if found else "")


def sanitized() -> None:
    program = sanitizer()
    if not program or DRY:
        skip_row("kernels under compute-sanitizer", "needs a GPU" if DRY else "no compute-sanitizer here")
        return
    for tool in TOOLS:
        done = run([program, "--tool", tool, "--error-exitcode", "99", PROGRAMS / "gpu_kernels", CUDA_MODULE, "60", "1"],
                   bare_environment(), timeout_s=600)
        last = next((line for line in reversed(done.lines + done.errors) if "ERROR SUMMARY" in line or "hazard" in line), "")
        check(f"kernels under compute-sanitizer, {tool}", done.status == 0, last.strip("= "), done.problem())


if __name__ == "__main__":
    start(["gpu_kernels"])
    run_all([kernels, sanitized])
