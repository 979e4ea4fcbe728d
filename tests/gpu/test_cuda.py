"""CUDA-OpenGL interop from inside a GLX program: cuGraphicsGLRegisterImage and ...Buffer of the driver API, the same
through the CUDA runtime, and how libcuda finds the current context. The peer is the same program on bare EGL."""

from __future__ import annotations

import glob
import os
import re
import sys
from pathlib import Path

from gputest import (DRY, PROGRAMS, Done, bare_environment, check, environment, fact, offstage_words, run, run_all,
                     scratch, skip, skip_row, start, with_fake_cuda)

PROGRAM = PROGRAMS / "gpu_cuda"
STEPS = ("cuGraphicsGLRegisterImage", "image in CUDA against glReadPixels", "cuGraphicsGLRegisterBuffer",
         "buffer in CUDA against glReadPixels", "what CUDA wrote against GL", "image that CUDA wrote against GL")
RUNTIME_STEPS = ("cudaGraphicsGLRegisterImage", "image in the CUDA runtime against glReadPixels")
# What libcuda may ask to find the context; the loader's own log shows the look-ups.
LOOKUP = re.compile(r"symbol=((?:glX|egl)GetCurrent\w+|glXGetProcAddress\w*|eglGetProcAddress);\s+lookup in file=(\S+)")


def runtime_library() -> str:
    """A libcudart: of the loader's path, of the toolkit, or of the nvidia-cuda-runtime wheel."""
    patterns = ["/usr/local/cuda*/lib64/libcudart.so.*", "/usr/local/cuda*/targets/*/lib/libcudart.so.*"]
    for folder in sys.path + [str(Path(sys.executable).resolve().parent.parent / "lib" / "python3*" / "site-packages"),
                              str(Path(sys.prefix) / "lib" / "python3*" / "site-packages"),
                              "/opt/*/.venv/lib/python3*/site-packages"]:
        patterns += [f"{folder}/nvidia/cu*/lib/libcudart.so.*", f"{folder}/nvidia/cuda_runtime/lib/libcudart.so.*"]
    for pattern in patterns:
        found = [path for path in sorted(glob.glob(pattern)) if re.search(r"\.so\.\d+$", path)]
        if found:
            return found[-1]
    return ""


def report(prefix: str, done: Done, steps: tuple[str, ...]) -> None:
    for step in steps:
        told = done.said.get(step, "not reached")
        check(f"{prefix}: {step}", told == "ok" or told.startswith("0 of "), told, "" if told else done.problem())


def under_offstage() -> None:
    done = run(offstage_words([PROGRAM]), with_fake_cuda(environment()))
    if done.status == 77:
        skip(done.said.get("skip", "no CUDA"))
    for key in ("CUDA device 0", "CUDA version of the driver", "cuGLGetDevices", "map and unmap"):
        fact(f"interop: {key}", done.said.get(key, "not told"))
    report("interop", done, STEPS)
    check("interop: the whole program", done.status == 0, f"exit {done.status}", done.problem())
    done = run(offstage_words([PROGRAM, "--cuda-first"]), with_fake_cuda(environment()))
    check("interop: CUDA started before the window is opened", done.status == 0, f"exit {done.status}", done.problem())


def bare() -> None:
    done = run([PROGRAM, "--bare"], with_fake_cuda(bare_environment()))
    fact("interop with bare EGL on this machine", "works" if done.status == 0 else "fails", done.problem())


def runtime() -> None:
    library = runtime_library()
    if not library or DRY:
        skip_row("interop through the CUDA runtime", "no libcudart found" if not library else "needs a GPU")
        return
    done = run(offstage_words([PROGRAM, "--runtime", library]), environment())
    report("interop", done, RUNTIME_STEPS)
    fact("CUDA runtime", os.path.basename(library), library)


def how_libcuda_looks() -> None:
    """Which look-ups of current-context functions the loader saw, by library, in the order of their first appearance."""
    log = scratch() / "ld"
    env = with_fake_cuda(environment(LD_DEBUG="symbols", LD_DEBUG_OUTPUT=str(log)))
    done = run(offstage_words([PROGRAM]), env)
    seen: dict[str, list[str]] = {}
    for file in scratch().glob("ld.*"):
        with open(file, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found = LOOKUP.search(line)
                if found:
                    files = seen.setdefault(found[1], [])
                    name = os.path.basename(found[2])
                    if name not in files:
                        files.append(name)
        file.unlink()
    fact("look-ups of the current context", "; ".join(f"{k} in {', '.join(v)}" for k, v in seen.items()) or "none seen",
         "" if done.status == 0 else done.problem())


if __name__ == "__main__":
    start(["gpu_cuda"])
    run_all([under_offstage, bare, runtime, how_libcuda_looks])
