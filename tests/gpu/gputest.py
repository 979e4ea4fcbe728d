"""What the GPU tests share: the machine, runs under Offstage and bare, and rows of the result table.

A test prints rows and exits 0, 1 or 77. With OFFSTAGE_GPU_TEST_DRYRUN=1 it draws with Mesa's software renderer instead of
the GPU, and what only a GPU can show is a row "gpu only" instead of a failure."""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = Path(os.environ.get("OFFSTAGE_GPU_TEST_BUILD", ROOT / "build")).resolve()
PROGRAMS = BUILD / "tests" / "gpu"
FAKE_CUDA = BUILD / "tests" / "cuda" / "fake"  # a stand-in for libcuda
CUDA_MODULE = BUILD / "lib" / "offstage" / "liboffstage_cuda.so"
DRY = os.environ.get("OFFSTAGE_GPU_TEST_DRYRUN", "") not in ("", "0")
REFERENCE = os.environ.get("OFFSTAGE_GPU_TEST_REFERENCE", "")
OUT = os.environ.get("OFFSTAGE_GPU_TEST_OUT", "")
ROWS = os.environ.get("OFFSTAGE_GPU_TEST_ROWS", "")
TIMEOUT_S = 150
CHOOSING = ("__EGL_VENDOR_LIBRARY_FILENAMES", "__EGL_VENDOR_LIBRARY_DIRS")
JSON_FOLDERS = ("/etc/glvnd/egl_vendor.d", "/usr/share/glvnd/egl_vendor.d")
LIBRARY_FOLDERS = ("/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/x86_64-linux-gnu",
                   "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/lib/wsl/lib", "/run/opengl-driver/lib")

_failed = 0
_scratch: Path | None = None


# -- rows -------------------------------------------------------------------------------------------------------------

def row(name: str, result: str, figure: str = "", note: str = "") -> None:
    """result: pass, fail, fact, skip or gpu only."""
    global _failed
    _failed += result == "fail"
    print(f"{result:8} {name}" + (f": {figure}" if figure else "") + (f"  [{note}]" if note else ""), flush=True)
    if ROWS:
        with open(ROWS, "a", encoding="utf-8") as file:
            file.write(json.dumps({"test": name, "result": result, "figure": figure, "note": note}) + "\n")


def check(name: str, holds: bool, figure: str = "", note: str = "", gpu_only: bool = False) -> bool:
    """A row that passes or fails; gpu_only: on the software renderer it cannot hold."""
    result = "pass" if holds else "gpu only" if DRY and gpu_only else "fail"
    row(name, result, figure, "" if holds and result == "pass" and not note else note)
    return holds


def fact(name: str, figure: str, note: str = "") -> None:
    row(name, "fact", figure, note)


def skip_row(name: str, reason: str) -> None:
    row(name, "skip", "", reason)


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(77)


def finish() -> None:
    sys.exit(1 if _failed else 0)


def run_all(functions: list) -> None:
    """Runs each part; one that raises is a failed row and the next one runs all the same."""
    for function in functions:
        try:
            function()
        except subprocess.TimeoutExpired as late:
            row(function.__name__, "fail", "", f"still ran after {late.timeout:.0f} s")
        except (OSError, ValueError, KeyError, IndexError, RuntimeError) as problem:
            row(function.__name__, "fail", "", f"{type(problem).__name__}: {problem}")
    finish()


# -- the machine ------------------------------------------------------------------------------------------------------

def can_load(library: str) -> str:
    """How the library can be loaded: its name, a path, or "" if it cannot."""
    for name in (library, *(f"{folder}/{library}" for folder in LIBRARY_FOLDERS)):
        if "/" in name and not os.path.exists(name):
            continue
        code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"  # in a process of its own: a driver leaves threads
        try:
            if subprocess.run([sys.executable, "-c", code, name], capture_output=True, timeout=60).returncode == 0:
                return name
        except subprocess.TimeoutExpired:
            pass
    return ""


def nvidia_smi(*arguments: str) -> str:
    """Its output, or "" if there is none."""
    program = shutil.which("nvidia-smi") or "/usr/local/nvidia/bin/nvidia-smi"
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def gpus() -> list[dict]:
    """The GPUs as nvidia-smi lists them."""
    fields = ("index", "name", "uuid", "driver_version", "memory.total", "mig.mode.current")
    found = []
    for line in nvidia_smi("--query-gpu=" + ",".join(fields), "--format=csv,noheader,nounits").splitlines():
        found.append(dict(zip(fields, (part.strip() for part in line.split(",")))))
    return found


def gpu_memory_mib() -> float | None:
    text = nvidia_smi("--query-gpu=memory.used", "--format=csv,noheader,nounits").splitlines()
    return float(text[0]) if text and re.fullmatch(r"[\d.]+", text[0].strip()) else None


def no_gpu() -> str:
    """Why there is no NVIDIA GPU to test on; "" if there is one."""
    nodes = [name for name in ("nvidia0", "nvidiactl", "dxg") if os.path.exists(f"/dev/{name}")]
    if not nodes and not gpus():
        return "no NVIDIA GPU: nvidia-smi lists none and there is no /dev/nvidia0"
    if not can_load("libEGL_nvidia.so.0") and not can_load("libcuda.so.1"):
        return "an NVIDIA GPU without its driver's libraries: neither libEGL_nvidia.so.0 nor libcuda.so.1 can be loaded"
    return ""


def start(programs: list[str] = ()) -> None:
    """Skips the whole test where it cannot run."""
    if sys.platform != "linux":
        skip("not Linux")
    reason = "" if DRY else no_gpu()
    if reason:
        skip(reason)
    for name in programs:
        if not (PROGRAMS / name).exists():
            skip(f"{PROGRAMS / name} is not built (libegl-dev, libgl-dev and libx11-dev are needed)")
    if not (BUILD / "bin" / "offstage").exists():
        skip(f"{BUILD}/bin/offstage is not built (scripts/build)")


def scratch() -> Path:
    global _scratch
    if _scratch is None:
        _scratch = Path(tempfile.mkdtemp(prefix="offstage-gpu-"))
        atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
    return _scratch


def keep(path: Path, name: str) -> str:
    """Copies a file into the result folder; says where it is, or "" without such a folder."""
    if not OUT or not path.exists():
        return ""
    target = Path(OUT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(path, target)
    return name


# -- runs -------------------------------------------------------------------------------------------------------------

def environment(**extra: str | None) -> dict[str, str]:
    """Ours without a display, a preload or options; None removes a variable."""
    dropped = ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "LD_PRELOAD", "SDL_VIDEODRIVER")
    kept = {k: v for k, v in os.environ.items() if k not in dropped and not k.startswith("OFFSTAGE_")}
    kept["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
    kept["PYTHONUNBUFFERED"] = "1"
    for name, value in extra.items():
        if value is None:
            kept.pop(name, None)
        else:
            kept[name] = value
    return kept


def bare_environment(**extra: str | None) -> dict[str, str]:
    """For programs without Offstage: libglvnd is shown NVIDIA's library where no file of its folders names it."""
    env = environment(**extra)
    if any(name in env for name in CHOOSING):
        return env
    files = [path for folder in JSON_FOLDERS for path in sorted(Path(folder).glob("*.json"))]
    if any("libEGL_nvidia" in path.read_text(errors="replace") for path in files):
        return env
    library = can_load("libEGL_nvidia.so.0")
    if library:
        file = scratch() / "10_nvidia.json"
        file.write_text(json.dumps({"file_format_version": "1.0.0", "ICD": {"library_path": library}}))
        env[CHOOSING[0]] = ":".join(str(path) for path in [file, *files])
    return env


class Done:
    """A finished command: status, output, error lines, and what "key: value" lines it printed."""

    def __init__(self, status: int, stdout: str, stderr: str) -> None:
        self.status, self.stdout, self.stderr = status, stdout, stderr
        self.lines = stdout.splitlines()
        self.said = dict(line.split(": ", 1) for line in self.lines if ": " in line and not line.startswith("FAIL"))
        self.failures = [line[5:] for line in self.lines if line.startswith("FAIL ")]
        self.errors = [line for line in stderr.splitlines() if line.strip()]

    def problem(self) -> str:
        """What went wrong, in a few words; "" if nothing did."""
        text = "; ".join(self.failures[:3])
        if not self.status and not text:
            return ""
        return f"exit {self.status}; {text}" + ("; " + " / ".join(self.errors[-3:]) if self.errors else "")


def run(command: list[str], env: dict[str, str], timeout_s: float = TIMEOUT_S, stdin: str = "") -> Done:
    """Runs it in a process group of its own, which is ended with it."""
    process = subprocess.Popen([str(word) for word in command], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True)
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Done(process.returncode, stdout, stderr)


def offstage_words(command: list, gpu: str | None = None, options: list = ()) -> list[str]:
    """The command under the launcher. gpu: None = what this run tests: the GPU, or the software renderer when dry."""
    gpu = gpu or ("software" if DRY else "auto")
    return [str(word) for word in [BUILD / "bin" / "offstage", "run", "--gpu", gpu, *options, "--", *command]]


def offstage(command: list, gpu: str | None = None, options: list = (), env: dict | None = None, **more) -> Done:
    return run(offstage_words(command, gpu, options), environment() if env is None else env, **more)


def with_stats(command: list, gpu: str | None = None, options: list = (), env: dict | None = None) -> tuple[Done, dict]:
    """The run, and its first process that drew, from the launcher's statistics."""
    file = scratch() / "stats.json"
    file.unlink(missing_ok=True)
    done = offstage(command, gpu, [f"--stats={file}", *options], env)
    processes = json.loads(file.read_text())["processes"] if file.exists() else []
    drew = [process for process in processes if process["frames"]]
    return done, (drew or processes or [{}])[0]


def with_fake_cuda(env: dict[str, str]) -> dict[str, str]:
    """When dry, the environment with a stand-in for libcuda."""
    if DRY:
        env["LD_LIBRARY_PATH"] = f"{FAKE_CUDA}:{env.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    return env


def on_gpu(renderer: str) -> bool:
    """The renderer is NVIDIA's GPU."""
    return bool(renderer) and not re.search(r"llvmpipe|softpipe|swrast|Software", renderer) and \
        bool(re.search(r"NVIDIA|GeForce|Quadro|Tesla|RTX|GTX|[AHLBV]\d{2,3}\b|GH200|GB\d+", renderer))


def software_works() -> bool:
    """Mesa's software renderer is on this machine."""
    try:
        return offstage([PROGRAMS / "gpu_info", "--draw"], "software").status == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def python_with(*modules: str) -> str:
    """An interpreter that has these modules: the project's, else the one that runs this; "" if neither has."""
    code = "import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))"
    for python in (ROOT / ".venv" / "bin" / "python", sys.executable):
        if os.access(python, os.X_OK) and \
                subprocess.run([python, "-c", code, *modules], env=environment(), capture_output=True).returncode == 0:
            return str(python)
    return ""
