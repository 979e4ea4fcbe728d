"""offstage.require(), and Python without the library. Each case is a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import offstage
import pytest
from offstage.info import launcher

CHECK = "import offstage, sys; offstage.require(reexec=True); print(offstage.info().loaded, sys.argv[1:])"


def python(*arguments, under=False, python_options=(), environment=None, **options):
    command = [sys.executable, *python_options, *arguments]
    if under:
        command = [launcher(), "run", "--", *command]
    variables = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    variables.update(environment or {})
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, **options)


def test_this_process_has_it_not():
    assert not offstage.info().loaded
    assert "offstage run" in offstage.info().reason
    assert offstage.info().kernels


@pytest.mark.parametrize("use", [offstage.Capture, offstage.windows, offstage.require])
def test_without_the_library(use):
    with pytest.raises(offstage.NotLoaded, match="offstage"):
        use()


def test_bad_arguments_come_first():
    with pytest.raises(offstage.PlanError):
        offstage.Capture(stack=0)


def test_the_command_is_told():
    result = python("-c", "import offstage; offstage.require()", "an argument")
    assert result.returncode == 1
    assert f"{launcher()} run -- {sys.executable} -c" in result.stderr
    assert "'an argument'" in result.stderr


def test_under_the_library():
    result = python("-c", CHECK, "x", under=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, "True ['x']\n", "")


def test_with_a_word_of_code():
    result = python("-c", CHECK, "a b", "--flag", "")
    assert (result.returncode, result.stdout, result.stderr) == (0, "True ['a b', '--flag', '']\n", "")


def test_with_a_script(tmp_path):
    script = tmp_path / "my script.py"
    script.write_text("print('before', flush=False)\n" + CHECK + "\nsys.exit(7)\n")
    for name, folder in ((str(script), None), (script.name, tmp_path)):
        result = python(name, "1", cwd=folder)
        assert (result.returncode, result.stdout) == (7, "before\nbefore\nTrue ['1']\n"), result.stderr


def test_with_a_module(tmp_path):
    package = tmp_path / "game"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(CHECK + "\nprint(__package__)\n")
    (tmp_path / "single.py").write_text(CHECK)
    result = python("-m", "game", "1", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "True ['1']\ngame\n"), result.stderr
    result = python("-m", "single", "2", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "True ['2']\n"), result.stderr
    result = python("game", "3", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (0, "True ['3']\n\n"), result.stderr


def test_options_of_the_interpreter_are_kept():
    result = python(
        "-c", CHECK + "; print(sys.flags.optimize, sys.flags.utf8_mode)", python_options=("-O", "-X", "utf8")
    )
    assert (result.returncode, result.stdout) == (0, "True []\n1 1\n"), result.stderr


def test_standard_input_is_kept():
    result = python("-c", CHECK + "; print(sys.stdin.read())", input="words")
    assert (result.returncode, result.stdout) == (0, "True []\nwords\n"), result.stderr


def test_a_script_from_standard_input_is_refused():
    for arguments in ((), ("-",)):
        result = python(*arguments, input=CHECK)
        assert result.returncode == 1
        assert "standard input" in result.stderr.splitlines()[-1]


def test_interactive_sessions_are_refused():
    result = python("-i", "-c", CHECK, input="")
    assert "interactive session" in result.stderr
    result = python("-c", "import builtins; builtins.__IPYTHON__ = True; " + CHECK)
    assert result.returncode == 1 and "notebook" in result.stderr


def test_after_a_change_of_folder(tmp_path):
    (tmp_path / "script.py").write_text("import os; os.chdir('/'); " + CHECK)
    result = python("script.py", cwd=tmp_path)
    assert result.returncode == 1
    assert "before changing it" in result.stderr


def test_no_loop(tmp_path):
    """A launcher that does not load the library."""
    fake = tmp_path / "bin" / "offstage"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\nshift 2\nexec "$@"\n')
    fake.chmod(0o755)
    script = f"import offstage.info; offstage.info.launcher = lambda: {str(fake)!r}; " + CHECK
    script = script.replace("import offstage.info;", "import sys, offstage; module = sys.modules['offstage.info'];")
    script = script.replace("offstage.info.launcher", "module.launcher")
    result = python("-c", script)
    assert result.returncode == 1
    assert "was started under offstage, and yet" in result.stderr


def test_the_guard_does_not_reach_children():
    child = "import os; print([name for name in os.environ if 'REEXEC' in name])"
    result = python("-c", CHECK + f"; import subprocess; subprocess.run([sys.executable, '-c', {child!r}])")
    assert result.stdout.splitlines()[-1:] == ["[]"] or "[]" in result.stdout, result.stderr


def test_no_launcher():
    script = "import sys, offstage; sys.modules['offstage.info'].launcher = lambda: None; " + CHECK
    result = python("-c", script)
    assert result.returncode == 1
    assert "not in PATH" in result.stderr and "offstage run -- " in result.stderr
    script = script.replace("None;", "'/dev/null';")
    result = python("-c", script)
    assert result.returncode == 1 and "cannot be executed" in result.stderr


def test_names():
    assert set(offstage.__all__) <= set(dir(offstage))
    with pytest.raises(AttributeError):
        offstage.nothing
    with pytest.raises(ImportError):
        from offstage import nothing  # noqa: F401
