"""The set-up behind ./run and ./test: when it gives up, and what it takes for whole.

The shell functions are run for real, on a PATH that holds only what a test puts there.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ("cat", "cksum", "id", "mktemp", "mv", "rm", "sh", "tail", "uname", "env", "dirname")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a PATH with the plainest tools and nothing else: no apt-get, no sudo, no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    return folder


def command(path: Path, name: str, script: str) -> None:
    """Put a small program on the PATH."""
    (path / name).unlink(missing_ok=True)
    (path / name).write_text(f"#!/bin/sh\n{script}\n")
    (path / name).chmod(0o755)


def shell(path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run `script` after the set-up's functions have been read."""
    return subprocess.run(
        ["sh", "-euc", f'. "{ROOT}/.setup.sh"\n{script}'],
        env={"PATH": str(path)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def refusal(path: Path, script: str) -> str:
    """Answer the one sentence with which the set-up gives up."""
    done = shell(path, script)
    assert done.returncode == 1, done
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize("name", ["run", "test", ".setup.sh", ".ci/run"])
def test_the_scripts_are_plain_shell(name: str) -> None:
    """Each can be read by the system's own sh, and those that are started may be."""
    assert subprocess.run(["sh", "-n", ROOT / name], check=False).returncode == 0
    assert name.startswith(".setup") or (ROOT / name).stat().st_mode & 0o111


def test_without_apt_the_missing_packages_are_named(path: Path) -> None:
    """On another system than Debian, one sentence says what is missing."""
    assert "missing on this system: espeak-ng libatomic1" in refusal(
        path, "apt_install espeak-ng libatomic1"
    )


@pytest.mark.parametrize("sudo", [None, "exit 1"])
def test_without_the_right_to_install_the_command_is_named(path: Path, sudo: str | None) -> None:
    """No sudo, or one that wants a password: the exact command is shown, nothing is asked."""
    command(path, "id", "echo 1000")
    command(path, "apt-get", "echo must not be called; exit 9")
    if sudo:
        command(path, "sudo", sudo)
    said = refusal(path, "apt_install espeak-ng libportaudio2")
    assert "please run: sudo apt-get install -y espeak-ng libportaudio2" in said


def test_the_lists_are_fetched_once_where_they_are_old(path: Path, tmp_path: Path) -> None:
    """The first install fails for want of lists, the one after the update works."""
    log = tmp_path / "log"
    command(path, "id", "echo 0")
    words = f'for word; do case $word in install|update) echo $word >>"{log}";; esac; done'
    command(path, "apt-get", f'{words}\ncase $(cat "{log}") in *update*) ;; *) exit 100 ;; esac')
    assert shell(path, "apt_install espeak-ng").returncode == 0
    assert log.read_text().split() == ["install", "update", "install"]


def test_a_failed_installation_is_told(path: Path) -> None:
    """The last words of apt-get are shown, then what could not be installed."""
    command(path, "id", "echo 0")
    command(path, "apt-get", "echo no route to host; exit 100")
    done = shell(path, "apt_install espeak-ng")
    assert done.returncode == 1
    assert "no route to host" in done.stderr
    assert "apt-get could not install espeak-ng" in done.stderr.splitlines()[-1]


def test_a_python_that_cannot_make_an_environment_is_passed_over(path: Path) -> None:
    """The newest that can is taken; none at all is told apart."""
    command(path, "python3.13", "exit 1")
    assert shell(path, "pick_python").returncode == 1
    command(path, "python3.11", "exit 0")
    command(path, "python3", "exit 0")
    assert shell(path, 'pick_python; echo "$python"').stdout == "python3.11\n"


def test_an_environment_is_whole_only_with_its_marks(path: Path, tmp_path: Path) -> None:
    """Half made, moved, made by another Python, or with pip killed in it: not whole."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    command(venv / "bin", "python", "echo Python 3.11.7")

    def whole(here: Path = tmp_path) -> bool:
        return shell(path, f'here="{here}" venv="{venv}"\nis_made').returncode == 0

    assert not whole()
    (venv / ".made").write_text(f"Python 3.11.7\n{tmp_path}\n")
    assert whole()
    assert not whole(tmp_path / "elsewhere")
    (venv / ".under-way").touch()
    assert not whole()
    (venv / ".under-way").unlink()
    command(venv / "bin", "python", "echo Python 3.13.5")
    assert not whole()
    (venv / "bin" / "python").unlink()
    assert not whole()


def test_a_changed_project_file_is_installed_again(path: Path, tmp_path: Path) -> None:
    """The mark holds the checksum of what was installed, for running and for testing apart."""
    (tmp_path / ".venv").mkdir()
    project = tmp_path / "pyproject.toml"
    project.write_text("one")
    here = f'here="{tmp_path}" venv="{tmp_path}/.venv"'
    mark = shell(path, f"{here}\ninstalled_mark").stdout
    (tmp_path / ".venv" / ".installed-").write_text(mark)
    assert shell(path, f'{here} extra=""\nis_installed').returncode == 0
    assert shell(path, f"{here} extra=dev\nis_installed").returncode == 1
    project.write_text("two")
    assert shell(path, f'{here} extra=""\nis_installed').returncode == 1
