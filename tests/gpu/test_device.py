"""Which GPU: --gpu auto, cuda:N, egl:N, software, OFFSTAGE_GPU, CUDA_VISIBLE_DEVICES by index and UUID, and the errors."""

from __future__ import annotations

import re

import gputest
from gputest import (BUILD, DRY, PROGRAMS, check, environment, fact, gpus, offstage, on_gpu, run, run_all, skip_row,
                     start, with_stats)

DRAW = [PROGRAMS / "gpu_info", "--draw"]
NOBODY = "GPU-00000000-0000-0000-0000-000000000000"


def drawn(name: str, gpu: str, visible: str | None, reason: str = "") -> None:
    """This choice must draw on the GPU, and say why with these words."""
    done, stats = with_stats(DRAW, gpu, env=environment(CUDA_VISIBLE_DEVICES=visible))
    renderer, why = stats.get("gl_renderer", ""), stats.get("reason", "")
    holds = done.status == 0 and on_gpu(renderer) and bool(re.search(reason, why)) and not done.errors
    check(name, holds, renderer or "nothing drawn", why or done.problem(), gpu_only=True)


def refused(name: str, gpu: str, visible: str | None, words: str, gpu_only: bool = False) -> None:
    """This choice must be an error: exit status 125, one line on stderr, nothing drawn."""
    done = offstage(DRAW, gpu, env=environment(CUDA_VISIBLE_DEVICES=visible))
    lines = [line for line in done.errors if line.startswith("offstage: ")]
    holds = done.status == 125 and len(done.errors) == 1 and len(lines) == 1 and bool(re.search(words, lines[0]))
    check(name, holds, f"exit {done.status}", " / ".join(done.errors[:3]), gpu_only=gpu_only)


def plain() -> None:
    drawn("--gpu auto", "auto", None, "CUDA device 0")
    drawn("--gpu cuda:0", "cuda:0", None, "CUDA device 0")
    done = run([BUILD / "bin" / "offstage", "run", "--", *DRAW], environment(OFFSTAGE_GPU="cuda:0"))
    check("OFFSTAGE_GPU=cuda:0", done.status == 0 and on_gpu(done.said.get("renderer", "")),
          done.said.get("renderer", ""), done.problem(), gpu_only=True)
    done = run(DRAW, environment(LD_PRELOAD=str(BUILD / "lib" / "liboffstage.so"), OFFSTAGE_GPU="auto"))
    check("LD_PRELOAD without the launcher", done.status == 0 and on_gpu(done.said.get("renderer", "")),
          done.said.get("renderer", ""), done.problem(), gpu_only=True)


def by_egl_number() -> None:
    facts = run([PROGRAMS / "gpu_facts"], gputest.bare_environment()).said
    for i in range(int(facts.get("devices", "0"))):
        about = facts.get(f"device {i}", "")
        fact(f"EGL device {i}", about.split(",")[0], about.split(", ", 1)[-1])
        done, stats = with_stats(DRAW, f"egl:{i}")
        if about.startswith("CUDA -1"):
            fact(f"--gpu egl:{i}", stats.get("gl_renderer", "not drawn"), done.problem())
        else:
            check(f"--gpu egl:{i}", done.status == 0 and on_gpu(stats.get("gl_renderer", "")), stats.get("gl_renderer", ""),
                  done.problem() or stats.get("reason", ""))
    if not facts.get("devices"):
        check("EGL lists devices", False)


def by_cuda_visible_devices() -> None:
    found = gpus()
    if not found and not DRY:
        skip_row("CUDA_VISIBLE_DEVICES", "nvidia-smi lists no UUID")
        return
    uuid = found[0]["uuid"] if found else "GPU-11111111-2222-3333-4444-555555555555"
    drawn("CUDA_VISIBLE_DEVICES=0", "auto", "0", "CUDA device 0")
    drawn("CUDA_VISIBLE_DEVICES=0, --gpu cuda:0", "cuda:0", "0", "CUDA device 0")
    drawn("CUDA_VISIBLE_DEVICES=<UUID>", "auto", uuid, "CUDA device 0")
    drawn("CUDA_VISIBLE_DEVICES=<UUID>, --gpu cuda:0", "cuda:0", uuid, "CUDA device 0")
    drawn("CUDA_VISIBLE_DEVICES=<first digits of the UUID>", "cuda:0", uuid[:12], "CUDA device 0")
    # No CUDA device for the process: auto may draw on the GPU through EGL, but not because of CUDA.
    drawn("CUDA_VISIBLE_DEVICES= (empty), auto", "auto", "", "hardware device")
    if len(found) > 1:
        last = len(found) - 1
        for visible in (str(last), found[last]["uuid"]):
            drawn(f"CUDA_VISIBLE_DEVICES={visible[:12]}, auto", "auto", visible, "CUDA device 0")
        drawn(f"--gpu cuda:{last}", f"cuda:{last}", None, f"CUDA device {last}")
    else:
        skip_row("a second GPU by index and UUID", "this machine has one GPU")


def errors() -> None:
    refused("--gpu cuda:9", "cuda:9", None, "cuda:9")
    refused("--gpu egl:99", "egl:99", None, "egl:99")
    refused("--gpu nonsense", "nonsense", None, "expected auto, cuda:N, egl:N or software")
    refused("CUDA_VISIBLE_DEVICES= (empty), --gpu cuda:0", "cuda:0", "", "CUDA_VISIBLE_DEVICES|no EGL device")
    refused("CUDA_VISIBLE_DEVICES=99, --gpu cuda:0", "cuda:0", "99", "cuda:0")
    refused("CUDA_VISIBLE_DEVICES=0, --gpu cuda:1", "cuda:1", "0", "cuda:1")
    refused("CUDA_VISIBLE_DEVICES=<UUID of no GPU>, --gpu cuda:0", "cuda:0", NOBODY, "cuda:0")


def software() -> None:
    done, stats = with_stats(DRAW, "software")
    if done.status == 0:
        check("--gpu software draws in software and says so", stats.get("reason") == "software: asked for" and
              not on_gpu(stats.get("gl_renderer", "NVIDIA")) and not done.errors, stats.get("gl_renderer", ""),
              stats.get("reason", ""))
    else:
        refused("--gpu software without Mesa is an error that names the packages", "software", None, "libegl-mesa0")


if __name__ == "__main__":
    start(["gpu_info", "gpu_facts"])
    run_all([plain, by_egl_number, by_cuda_visible_devices, errors, software])
