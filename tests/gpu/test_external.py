"""GL writing straight into CUDA memory (GL_EXT_memory_object_fd) beside the registered texture: the same bytes, and which
takes less time. Facts for the choice of how games fill a batch; a machine that does not offer it gets a row that says so."""

from __future__ import annotations

from gputest import DRY, PROGRAMS, check, environment, fact, offstage_words, run, run_all, skip_row, start, with_fake_cuda

ROUNDS = 500
CHECKS = ("registered texture against glReadPixels", "imported memory against glReadPixels",
          "84x84 gray in imported memory")
WAYS = ("finish alone", "registered texture", "pixels into imported memory", "84x84 gray by compute shader")


def external() -> None:
    for size in ("84x84", "640x480", "1024x1024"):
        words = [PROGRAMS / "gpu_external", "check", size]
        done = run(offstage_words(words), with_fake_cuda(environment()))
        if done.status == 77:
            skip_row(f"external memory, {size}", ("needs a GPU; " if DRY else "") + done.said.get("external", "not offered"))
            continue
        for key in CHECKS:
            told = done.said.get(key, "not reached")
            check(f"external memory, {size}: {key}", told.startswith("0 of "), told, done.problem())
        check(f"external memory, {size}: the whole program", done.status == 0, f"exit {done.status}", done.problem())
        done = run(offstage_words([PROGRAMS / "gpu_external", "time", size, str(ROUNDS)]), environment())
        for key in WAYS:
            fact(f"external memory, {size}: {key}", done.said.get(key, "not told"), done.problem())


if __name__ == "__main__":
    start(["gpu_external"])
    run_all([external])
