"""The CUDA kernels against the scalar reference, thousands of random plans, bit for bit; what the module says of wrong
pointers; and how long the kernels take, with the share of the memory's bandwidth that they reach."""

from __future__ import annotations

from gputest import CUDA_MODULE, DRY, PROGRAMS, bare_environment, check, fact, run, run_all, skip, start, with_fake_cuda

PLANS = 40 if DRY else 5000
REPEATS = 2 if DRY else 2000


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


if __name__ == "__main__":
    start(["gpu_kernels"])
    run_all([kernels])
