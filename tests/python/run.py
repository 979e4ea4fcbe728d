#!/usr/bin/env python3
"""Runs one file of tests in its own process, as CTest wants it: 77 and the reason in the last line when it was skipped.

run.py --build BUILD [--python PYTHON] [--needs MODULE]... [--on fake|offstage|nothing] FILE [ARGUMENTS OF PYTEST]
run.py --build BUILD --versions FILE...

Files for --on fake are written for unittest, so that a Python without pytest can run them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIP = 77


def environment(build: Path, on: str) -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("OFFSTAGE_", "PYTHON"))}
    sanitizer = variables.pop("LD_PRELOAD", "")
    variables["PYTHONPATH"] = f"{build / 'python'}:{HERE}"
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    if on == "fake":
        variables["LD_PRELOAD"] = " ".join(filter(None, [sanitizer, str(build / "tests/python/libfake_shim.so")]))
    return variables


def imports(python: str, module: str, variables: dict[str, str]) -> bool:
    """Can it be imported, at all and without the libraries under test?"""
    plain = {name: value for name, value in variables.items() if name != "LD_PRELOAD"}
    done = subprocess.run([python, "-c", f"import {module}"], env=plain, capture_output=True)
    return done.returncode == 0


def run_unittest(python: str, file: str, variables: dict[str, str]) -> int:
    return subprocess.run([python, "-m", "unittest", Path(file).stem], cwd=HERE, env=variables).returncode


def run_pytest(command: list[str], variables: dict[str, str]) -> int:
    result = subprocess.run(command, cwd=HERE, env=variables, stdout=subprocess.PIPE, text=True)
    print(result.stdout, end="")
    lines = result.stdout.splitlines()
    if result.returncode == 0 and lines and "passed" not in lines[-1]:
        reasons = [match[1] for match in (re.match(r"SKIPPED .*?: (.*)", line) for line in lines) if match]
        print(reasons[-1] if reasons else "every test was skipped")
        return SKIP
    return result.returncode


def interpreters() -> list[str]:
    """One per version from 3.9 on: of PATH, and of pyenv."""
    places = [shutil.which(f"python3.{minor}") for minor in range(9, 20)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places += sorted(str(path) for path in pyenv.glob("versions/*/bin/python3"))
    found: dict[tuple[str, ...], str] = {}
    for python in filter(None, places):
        asked = subprocess.run(
            [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True
        )
        version = tuple(asked.stdout.split())
        if asked.returncode == 0 and len(version) == 2 and int(version[1]) >= 9 and version[0] == "3":
            found.setdefault(version, python)
    return [found[version] for version in sorted(found, key=lambda version: int(version[1]))]


def run_versions(build: Path, files: list[str]) -> int:
    variables, status = environment(build, "fake"), 0
    for python in interpreters():
        numpy = imports(python, "numpy", variables)
        for file in files:
            needs_numpy = "numpy" in file
            print(f"--- {python} {file}", "skipped: it has no NumPy" if needs_numpy and not numpy else "", flush=True)
            if numpy or not needs_numpy:
                status = max(status, run_unittest(python, file, variables))
    return status


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--needs", action="append", default=[])
    parser.add_argument("--on", choices=("fake", "offstage", "nothing"), default="nothing")
    parser.add_argument("--versions", action="store_true")
    parser.add_argument("files", nargs="+")
    arguments, further = parser.parse_known_args()
    build = arguments.build.resolve()
    if not (build / "python/offstage/_native.abi3.so").exists():
        print("the Python package was not built: no headers of Python (python3-dev)")
        return SKIP
    if arguments.versions:
        return run_versions(build, arguments.files)

    variables, python = environment(build, arguments.on), arguments.python
    if not shutil.which(python):
        print(f"{python} is not there: run scripts/setup")
        return SKIP
    if arguments.on != "fake":
        arguments.needs.append("pytest")
    for module in arguments.needs:
        if not imports(python, module, variables):
            print(f"{python} has no {module}")
            return SKIP
    (file,) = arguments.files
    if arguments.on == "fake":
        return run_unittest(python, file, variables)
    command = [python, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", file, *further]
    if arguments.on == "offstage":
        command = [str(build / "bin/offstage"), "run", "--gpu", "software", "--", *command]
    return run_pytest(command, variables)


if __name__ == "__main__":
    sys.exit(main())
