"""pip installs the package from the sources, and it works with nothing else around."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*command, **options):
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OFFSTAGE", "PYTHON", "LD_PRELOAD", "VIRTUAL_ENV"))
    }
    result = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("scikit_build_core", reason="scikit-build-core is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    # From a copy: nothing may be left in the sources, and nothing found there that a checkout would not have.
    sources.mkdir()
    for name in ("CMakeLists.txt", "kernels", "shim", "gym_bridge"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, sources / name)
    run(
        sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index",
        "--disable-pip-version-check", "-w", folder, sources / "gym_bridge",
        "--config-settings=cmake.define.OFS_NVCC=OFF",  # compiling for every GPU takes minutes
    )  # fmt: skip
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder)
    run(folder / "bin/pip", "install", "--no-index", "--no-deps", "--disable-pip-version-check", wheel)
    return folder


def test_contents(wheel):
    assert wheel.name.startswith("offstage-") and "-cp39-abi3-linux_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    python = {f"offstage/{path.relative_to(ROOT / 'gym_bridge/offstage')}"
              for path in (ROOT / "gym_bridge/offstage").rglob("*.py*")}
    python = {name for name in python if "__pycache__" not in name}
    native = {"_native.abi3.so", "bin/offstage", "lib/liboffstage.so"}
    native |= {f"lib/offstage/lib{name}.so" for name in ("GL", "GLX", "EGL", "OpenGL", "GLESv1_CM", "GLESv2", "offstage_clock")}
    wanted = python | {"offstage/py.typed"} | {f"offstage/{name}" for name in native}
    extra = {name for name in names if ".dist-info/" not in name} - wanted
    assert wanted <= names
    bundled = ("liboffstage_cuda.so", "libpixman-1.so.0", "libpixman-1.copyright")
    assert extra <= {f"offstage/lib/offstage/{name}" for name in bundled}


def test_the_command(environment):
    version = run(environment / "bin/offstage", "version").split()[1]
    script = "import offstage; i = offstage.info(); print(i.loaded, i.version, offstage.__file__)"
    loaded, found, where = run(
        environment / "bin/offstage", "run", "--", environment / "bin/python", "-c", script
    ).split()
    assert (loaded, found) == ("True", version)
    assert Path(where).is_relative_to(environment)


def test_reexec(environment, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import offstage; offstage.require(reexec=True); print(offstage.info().loaded)")
    assert run(environment / "bin/python", script) == "True\n"


def test_a_window(environment):
    """pyglet and NumPy come from the environment that runs this test."""
    site = next(Path(path) for path in sys.path if (Path(path) / "pyglet").is_dir())
    script = (
        f"import sys; sys.path.append({str(site)!r})\n"
        "import pyglet, numpy, offstage\n"
        "window = pyglet.window.Window(20, 10)\n"
        "with offstage.Capture(size=(5, 5)) as capture:\n"
        "    window.clear(); window.flip()\n"
        "    print(numpy.asarray(capture.next()).sum(), offstage.__file__)\n"
    )
    total, where = run(
        environment / "bin/offstage", "run", "--gpu", "software", "--", environment / "bin/python", "-c", script
    ).split()
    assert total == "0" and Path(where).is_relative_to(environment)


def test_the_extension_needs_only_the_c_library(environment):
    (native,) = environment.glob("lib/python*/site-packages/offstage/_native.abi3.so")
    needed = [line.split("[")[1].rstrip("]") for line in run("readelf", "-d", native).splitlines() if "NEEDED" in line]
    assert set(needed) <= {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2"}
    # Only names of the stable ABI are asked for; those that begin with _Py are what its macros expand to.
    macros = {"_Py_Dealloc", "_Py_NoneStruct", "_Py_TrueStruct", "_Py_FalseStruct", "_Py_BuildValue_SizeT"}
    macros |= {f"_PyArg_{name}_SizeT" for name in ("ParseTuple", "ParseTupleAndKeywords")} | {
        "_PyObject_CallMethod_SizeT", "_PyObject_CallFunction_SizeT"
    }
    names = [line.split()[-1] for line in run("nm", "-D", "--undefined-only", native).splitlines()]
    assert {name for name in names if name.startswith("_Py")} <= macros
    exported = [line.split()[-1] for line in run("nm", "-D", "--defined-only", native).splitlines()]
    assert [name for name in exported if not name.startswith("_")] == ["PyInit__native"]
