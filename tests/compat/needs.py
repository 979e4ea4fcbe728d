"""What programs need: is it there, in which version, and how it is installed."""

from __future__ import annotations

import functools
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from table import PROGRAMS, Program

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
GROUP = "compat"  # in scripts/packages.txt and scripts/requirements.txt
PATH = os.environ.get("PATH", "") + ":/usr/games"
INTERPRETERS = {"system": Path("/usr/bin/python3"), "venv": ROOT / ".venv/bin/python",
                "venv15": ROOT / ".venv-pyglet15/bin/python", "compat": ROOT / ".venv-compat/bin/python"}


def command(program: Program, build: Path, scratch: Path) -> list[str]:
    places = {name: str(path) for name, path in INTERPRETERS.items()}
    text = program.command.format(own=HERE / "programs", built=build / "tests/compat", examples=ROOT / "examples",
                                  frames=ROOT / "tests/frames/programs", probed=build / "tests/frames",
                                  scratch=scratch, **places)
    return shlex.split(text)


@functools.cache
def package_version(name: str) -> str:
    """Of an installed Debian package, without what Debian added; "" where it is not installed."""
    found = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name], capture_output=True,
                           text=True)
    state, _, version = found.stdout.partition(" ")
    if state != "installed":
        return ""
    return version.split(":")[-1].split("-")[0].split("+")[0]


@functools.cache
def module_version(python: Path, module: str) -> str:
    code = ("import importlib.metadata as m, importlib.util as u, sys\n"
            "name = sys.argv[1]\n"
            "found = u.find_spec(name) and m.packages_distributions().get(name)\n"
            "print(m.version(found[0]) if found else '')")
    return subprocess.run([str(python), "-c", code, module], capture_output=True, text=True).stdout.strip()


def interpreter(program: Program) -> Path | None:
    return next((path for name, path in INTERPRETERS.items() if program.command.startswith("{" + name + "}")), None)


def version(program: Program) -> str:
    if program.version_of or not program.modules:
        return package_version(program.version_of or program.packages[0]) if program.packages else ""
    return module_version(interpreter(program), program.modules[0])


def missing(program: Program, build: Path) -> str:
    """What it lacks, in words; "" when it can run."""
    for name in program.packages:
        if not package_version(name):
            return f"not installed: {name}"
    python = interpreter(program)
    if python is not None and not python.exists():
        return f"missing: {python.relative_to(ROOT) if python.is_relative_to(ROOT) else python}"
    for module in program.modules:
        if not module_version(python, module):
            return f"not installed: {module} (PyPI)"
    first = command(program, build, Path("/nonexistent"))[0]
    if "{scratch}" not in program.command.split()[0] and shutil.which(first, path=PATH) is None:
        return f"not there: {Path(first).name}"
    return ""


def prepare(program: Program, scratch: Path) -> None:
    """The copy of a program that is setgid as installed."""
    first = program.command.split()[0]
    if first.startswith("{scratch}/"):
        name = first.split("/")[-1]
        shutil.copy(shutil.which(name, path=PATH), scratch / name)


# --- installing ------------------------------------------------------------------------------------------------------


def listed_packages() -> list[str]:
    rows = [line.split() for line in (ROOT / "scripts/packages.txt").read_text().splitlines()]
    return [row[1] for row in rows if len(row) == 2 and row[0] == GROUP]


def listed_modules() -> list[str]:
    lines, inside = [], False
    for line in (ROOT / "scripts/requirements.txt").read_text().splitlines():
        if line.startswith("# section "):
            inside = line.split()[2] == GROUP
        elif inside and line and not line.startswith("#"):
            lines.append(line)
    return lines


def apt(arguments: list[str]) -> bool:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    done = subprocess.run([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y",
                           "-o", "DPkg::Lock::Timeout=300", *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        print(done.stdout[-600:], file=sys.stderr)
    return done.returncode == 0


def pip(python: Path, pins: list[str]) -> bool:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
    return subprocess.run(command, stdin=subprocess.DEVNULL).returncode == 0


def install() -> list[str]:
    """Installs what is missing, program by program, so that one that fails does not stop the others. What failed."""
    failed = []
    listed = listed_packages()
    groups = [[name for name in program.packages if name in listed] for program in PROGRAMS]
    covered = {name for group in groups for name in group}
    groups += [[name] for name in listed if name not in covered]
    groups = [group for group in groups if any(not package_version(name) for name in group)]
    if groups and not apt(["update"]):
        failed.append("apt-get update")
    for group in groups:
        if not apt(["--no-install-recommends", "install", *group]):
            failed.append(" ".join(group))
    package_version.cache_clear()

    python = INTERPRETERS[GROUP]
    if not python.exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", str(python.parents[1])], check=True)
    pins = listed_modules()
    if not pip(python, pins):
        failed += [pin for pin in pins if not pip(python, [pin])]
    module_version.cache_clear()
    return failed
