"""Processes that already run survive everything that a deployment's start does.

Each test has a bystander: a running process that belongs to nobody's deployment.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.deployment.isolation import folders as isolation
from harness.system import own_signals
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import Checked

APP = "from flask import Flask\napp = Flask(__name__)\n"

SERVER = "exec gunicorn shop:app --threads 2 --bind 127.0.0.1:$PORT\n"

PRODUCTION = """\
import socket, time
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
time.sleep(600)
"""

NAMED = ("pkill", "killall", "fuser")

NEEDS_A_SCOPE = pytest.mark.skipif(
    own_signals.version() < own_signals.FIRST_VERSION,
    reason="this kernel confines no signals",
)


class Bystander(NamedTuple):
    """A bystander process."""

    process: subprocess.Popen[bytes]
    name: str
    port: int
    file: Path
    """A PID file with its number."""

    def is_there(self) -> bool:
        """Return whether it still runs."""
        return self.process.poll() is None


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Bystander]:
    """A running server with a unique name."""
    name = f"shop{os.getpid()}"[:15]
    program = tmp_path / name
    program.symlink_to(sys.executable)
    process = subprocess.Popen(
        [str(program), "-S", "-c", PRODUCTION],
        env={**os.environ, "PYTHONHOME": sys.base_prefix},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    file = tmp_path / "shop.pid"
    file.write_text(f"{process.pid}\n")
    with process.stdout as output:
        yield Bystander(process, name, int(output.readline()), file)
    process.kill()
    process.wait(30)


def started_by(check: Check, folder: Path, lines: str, *env: str) -> Checked:
    """Check a server that a script starts after some other lines."""
    folder.mkdir()
    (folder / "shop.py").write_text(APP)
    write_program(folder / "boot.sh", f"#!/bin/sh\n{lines}\n{SERVER}")
    given = ", ".join(('PORT = "{port}"', *env))
    text = ["[[deployment]]", 'name = "mine"', 'command = "./boot.sh"']
    (folder / "concurrency.toml").write_text("\n".join([*text, f"env = {{ {given} }}"]))
    return check(folder, "--ask", "overlap")


ENDS = (
    "pkill -x {name}",
    f"{shutil.which('pkill')} -9 -f {{name}}",
    "killall {name}",
    "kill $(cat {file})",
    "kill -9 $(cat {file})",
    "kill -HUP $(cat {file})",
    "kill -TERM -$(ps -o pgid= -p $(cat {file}) | tr -d ' ')",
    "fuser -k {port}/tcp",
    "python -c 'import os; os.kill(int(open(\"{file}\").read()), 9)'",
    "sh -c 'setsid kill $(cat {file})'",
)


def script(lines: Iterable[str], production: Bystander) -> str:
    """Return shell lines that name themselves if they ended the bystander."""
    written = []
    for line in lines:
        if shutil.which(line.split()[0]):
            written.append(line.format(**production._asdict()))
            gone = f"grep -q 'State:.*[XZ]' /proc/{production.process.pid}/status"
            written.append(f"{gone} && echo 'ended by:' {shlex.quote(line)}")
    return "\n".join(written)


@NEEDS_A_SCOPE
def test_running_processes_are_not_ended(
    check: Check, tmp_path: Path, production: Bystander
) -> None:
    checked = started_by(check, tmp_path / "tree", script(ENDS, production))
    assert "ended by" not in checked.log(), checked.log()
    assert production.is_there()
    assert checked.cells["mine"]["ceiling"] == 2, (checked, checked.log())


@NEEDS_A_SCOPE
def test_a_deployment_can_end_its_own_processes(check: Check, tmp_path: Path) -> None:
    lines = "set -e\nsleep 600 &\nkill $!\nsleep 600 &\npkill -P $$"
    checked = started_by(check, tmp_path / "tree", lines)
    assert checked.cells["mine"]["ceiling"] == 2, (checked, checked.log())


@NEEDS_A_SCOPE
def test_a_start_that_fails_on_a_refused_signal_says_why(
    check: Check, tmp_path: Path, production: Bystander
) -> None:
    lines = f"set -e\nkill $(cat {production.file})"
    checked = started_by(check, tmp_path / "tree", lines)
    assert production.is_there()
    cell = checked.cells["mine"]
    assert cell["outcome"] == "not started"
    assert "Operation not permitted" in cell["reason"]
    assert (
        "a check leaves alone what is already running on this machine" in cell["reason"]
    )
    # Without that line, as the remedy advises.
    checked = started_by(check, tmp_path / "other", "set -e")
    assert checked.cells["mine"]["ceiling"] == 2, checked


def test_if_signals_cannot_be_confined_programs_that_send_them_are_refused(
    check: Check,
    tmp_path: Path,
    production: Bystander,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # An older kernel cannot do this.
    monkeypatch.setattr(isolation, "confines_signals", lambda: False)
    lines = [end for end in ENDS if end.split()[0] in NAMED]
    checked = started_by(check, tmp_path / "tree", script(lines, production))
    assert "ended by" not in checked.log(), checked.log()
    assert production.is_there()
    assert checked.cells["mine"]["ceiling"] == 2, (checked, checked.log())
    there = [line for line in lines if shutil.which(line.split()[0])]
    assert checked.log().count(": a check leaves alone what") == len(there)


# ------------------------------------------------------------------------- files

# Outside of the working tree, which is the folder `tree`.
REMOVES = {
    "rm -rf {elsewhere}/data": False,
    "rm -f {elsewhere}/shop.sock": False,
    "rm {elsewhere}/link": False,
    "cd {elsewhere} && rm -rf ./data/; cd - > /dev/null": False,
    f"{shutil.which('rm')} -r -- {{elsewhere}}/data": False,
    "rm -rf {elsewhere}": False,
    "rm -f {elsewhere}/absent": True,
    "touch made && rm made": True,
    "rm -f kept": True,
    "rm -r ./-odd": True,
    "rm -rf $(mktemp -d)": True,
    "cp kept out && rm -- out || true": True,
}


def test_files_elsewhere_are_not_removed(check: Check, tmp_path: Path) -> None:
    elsewhere, tree = tmp_path / "elsewhere", tmp_path / "tree"
    (elsewhere / "data").mkdir(parents=True)
    (elsewhere / "data" / "rows").write_text("production")
    (elsewhere / "shop.sock").touch()
    (elsewhere / "link").symlink_to("data")
    before = sorted(elsewhere.rglob("*"))
    lines = "mkdir ./-odd; touch kept\n"
    lines += "\n".join(remove.format(elsewhere=elsewhere) for remove in REMOVES)
    checked = started_by(check, tree, lines)
    assert checked.cells["mine"]["ceiling"] == 2, (checked, checked.log())
    assert sorted(elsewhere.rglob("*")) == before
    refused = [line for line in checked.log().splitlines() if "refused: `" in line]
    assert len(refused) == list(REMOVES.values()).count(False), refused


def test_a_migration_of_a_server_database_is_refused(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql://shop:secret@db.invalid/shop")
    line = "echo $DATABASE_URL; flask db upgrade"
    checked = started_by(check, tmp_path / "tree", line)
    assert checked.code == 2 and not checked.cells
    assert "command: runs `flask db upgrade`, which would" in checked.message
    # The remedy.
    own = 'DATABASE_URL = "sqlite:///check.db"'
    assert own in checked.message
    checked = started_by(check, tmp_path / "other", line, own)
    assert checked.cells["mine"]["ceiling"] == 2, checked
    assert checked.log().startswith("sqlite:///check.db")


# ---------------------------------------------------------------------- services


# It records its arguments, like the programs that it stands for.
CONTROL = """\
#!/bin/sh
echo "{name} $*" >> {told}
"""

CONTROLS = {
    "systemctl restart nginx": False,
    "systemctl -q is-active nginx": True,
    "systemctl status": True,
    "service nginx reload": False,
    "service --status-all": True,
    "supervisorctl -c x.conf stop all": False,
    "supervisorctl status": True,
    "redis-cli -h store FLUSHALL": False,
    "redis-cli flushdb async": False,
    "redis-cli ping": True,
    "kubectl -n shop apply -f k8s": False,
    "kubectl get pods": True,
    "helm upgrade shop chart": False,
    "terraform apply -auto-approve": False,
    "ansible-playbook site.yml": False,
    "crontab -r": False,
    "crontab -l": True,
    "reboot -f": False,
}


@pytest.mark.parametrize("by", ["name", "path"])
def test_services_are_left_alone(
    check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    told = tmp_path / "told"
    for name in {line.split()[0] for line in CONTROLS}:
        write_program(programs / name, CONTROL.format(told=told, name=name))
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    place = f"{programs}/" if by == "path" else ""
    script = "\n".join(place + line for line in CONTROLS)
    checked = started_by(check, tmp_path / "tree", script)
    assert checked.cells["mine"]["ceiling"] == 2, (checked, checked.log())
    looked = [line for line, changes_nothing in CONTROLS.items() if changes_nothing]
    assert told.read_text().splitlines() == looked, checked.log()
    refused = [line for line in CONTROLS if f"refused: `{line}`: " in checked.log()]
    assert refused == [line for line in CONTROLS if line not in looked]
