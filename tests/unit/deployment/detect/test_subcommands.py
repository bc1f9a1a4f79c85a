"""The subcommand that starts a project's server is found, or is said to be missing."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.deployment.detect.named_servers import Named
from harness.deployment.detect.named_servers import text_files
from harness.deployment.detect.own_server import note_on_own_server
from harness.deployment.detect.subcommands import ANY
from harness.deployment.detect.subcommands import in_usage
from harness.deployment.detect.subcommands import subcommand

SCRIPT = {"pyproject.toml": '[project.scripts]\nlemur = "lemur.manage:main"\n'}
SERVES = "from gevent.pywsgi import WSGIServer\nWSGIServer((h, p), app).serve_forever()"


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"docker/Dockerfile": 'CMD ["lemur", "start", "-w", "2"]\n'}, ("start",)),
        ({"Procfile": "work: lemur sync\nsite: exec lemur serve\n"}, ("serve",)),
        ({"lemur/manage.py": 'manager.add_command("start", Start())\n'}, ("start",)),
        (
            {"lemur/manage.py": "@cli.command()\n@option('-w')\ndef run_server():\n"},
            ("run-server",),
        ),
        ({"src/lemur/manage.py": "s = p.add_parser('serve')\n"}, ("serve",)),
        ({"lemur/manage.py": "@click.group()\ndef main():\n    pass\n"}, (ANY,)),
        ({"lemur/manage.py": "def main():\n    serve()\n"}, ()),
        ({"README.md": "lemur start is how it starts\n"}, ()),
    ],
)
def test_a_subcommand_is_found_in_files_and_code(
    files: Mapping[str, str], words: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path, files)
    named = Named(tmp_path / "pyproject.toml", 2, "lemur", "lemur.manage")
    assert subcommand(tmp_path, named, text_files(tmp_path)) == words


@pytest.mark.parametrize(
    ("manage", "said"),
    [
        (
            'manager.add_command("start", Start())\n',
            "give it: flask-concurrency check -- lemur start",
        ),
        (
            "@click.group()\ndef main():\n    pass\n",
            "give it, with its own in place of SUBCOMMAND: flask-concurrency check -- "
            "lemur SUBCOMMAND",
        ),
    ],
)
def test_a_suggested_command_has_its_subcommand(
    manage: str, said: str, tmp_path: Path
) -> None:
    files = {**SCRIPT, "lemur/__init__.py": "", "lemur/server.py": SERVES}
    write(tmp_path, {**files, "lemur/manage.py": manage})
    assert said in note_on_own_server(tmp_path, "check")


@pytest.mark.parametrize(
    ("usage", "word"),
    [
        (
            "Usage: lemur COMMAND\n\nCommands:\n  db     Migrate.\n  start  Serve.\n",
            "start",
        ),
        ("usage: lemur [-h] {db,runserver,shell} ...\n", "runserver"),
        ("Usage: lemur COMMAND\n\nCommands:\n  db  Migrate.\n", ""),
        ("Usage: lemur FILE\n\n  You can run it, or start it, with FILE.\n", ""),
    ],
)
def test_a_usage_lists_the_subcommand(usage: str, word: str) -> None:
    assert in_usage(usage) == word
