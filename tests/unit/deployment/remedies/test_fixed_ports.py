"""The message about a fixed port names the place where it is written."""

from pathlib import Path

import pytest

from harness.deployment.command.setting import Setting
from harness.deployment.command.shell import CommandLine
from harness.deployment.declared.promise import Promise
from harness.deployment.remedies.fixed_ports import remedy_for_port
from harness.deployment.remedies.fixed_ports import taken_port

HANDED_ON = {"PORT": "{port}"}


def command(*words: str, key: str = "command", **env: str) -> CommandLine:
    return CommandLine(words, env, None, 1, key=key)


def promise(name: str, value: str, file: str) -> Promise:
    path = Path(file) if file else None
    setting = Setting(value, file or "the command line", path, 3)
    return Promise("server", 1, "because", "page", {name: setting})


@pytest.mark.parametrize(
    ("key", "written"),
    [("command", "`:{port}`"), ("procfile", "`:${PORT:-5000}`")],
)
def test_the_place_may_be_the_command(tmp_path: Path, key: str, written: str) -> None:
    remedy = remedy_for_port(command("serve", ":5000", key=key), None, {5000}, tmp_path)
    assert remedy == f"write {written} in place of `:5000`"


def test_the_place_may_be_a_shell_line(tmp_path: Path) -> None:
    given = command("sh", "-c", "cd x && serve -b :5000 app:app")
    remedy = remedy_for_port(given, None, {5000}, tmp_path)
    assert remedy == "write `:{port}` in place of `:5000`"


def test_the_place_may_be_a_list_of_words(tmp_path: Path) -> None:
    given = command("serve", "-w 2", "-b :5000", key="dockerfile")
    remedy = remedy_for_port(given._replace(as_list="CMD"), None, {5000}, tmp_path)
    assert "`CMD exec serve '-w 2' -b :${PORT:-5000}` in place of the list" in remedy


def test_the_place_may_be_gunicorns_file(tmp_path: Path) -> None:
    bind = promise("bind", "0.0.0.0:5000", "conf.py")
    remedy = remedy_for_port(command("gunicorn"), bind, {5000}, tmp_path)
    assert "add `--bind {host}:{port}` to the command, which goes before" in remedy
    assert '`bind = "0.0.0.0:" + os.environ.get("PORT", "5000")` in conf.py' in remedy
    assert "(line 3; " in remedy and "env = { PORT = " in remedy
    handed_on = command("gunicorn", **HANDED_ON)
    assert "env = " not in remedy_for_port(handed_on, bind, {5000}, tmp_path)


def test_the_place_may_be_uwsgis_file(tmp_path: Path) -> None:
    http = promise("http", "0.0.0.0:5000", "app.ini")
    remedy = remedy_for_port(
        command("uwsgi", **HANDED_ON), http, {4999, 5000}, tmp_path
    )
    assert remedy.startswith("write `http = 0.0.0.0:$(PORT)` in app.ini (line 3)")
    assert "production then has to set PORT=5000" in remedy


@pytest.mark.parametrize(
    ("name", "text", "written"),
    [
        ("boot.sh", "# 5000\nserve :5000", "`${PORT:-5000}` in place of `5000`"),
        ("serve.py", "\nrun(port=5000)", '`int(os.environ.get("PORT", 5000))`'),
        ("serve", "#!/bin/python\nrun(port=5000)", '`int(os.environ.get("PORT", 50'),
    ],
)
def test_the_place_may_be_a_script(
    tmp_path: Path, name: str, text: str, written: str
) -> None:
    (tmp_path / name).write_text(text)
    given = command("sh", name, **HANDED_ON)
    remedy = remedy_for_port(given, None, {5000}, tmp_path)
    assert f"write {written}" in remedy and f"{name}, line 2" in remedy
    assert ("`import os`" in remedy) == ("python" in text or ".py" in name)


@pytest.mark.parametrize(
    ("files", "started", "written"),
    [
        (
            {"serve.py": "import os\nserve(app, listen='*:5000')"},
            "python serve.py",
            """`"*:" + os.environ.get("PORT", "5000")` in place of `'*:5000'`""",
        ),
        (
            {"my.conf": "[program:web]\ncommand=gunicorn -b :5000 a:a"},
            "supervisord -n -c my.conf",
            "`%(ENV_PORT)s` in place of `5000` in my.conf, line 2; production then has",
        ),
        (
            {"Procfile": "web: serve 5000"},
            "honcho start web",
            "`${PORT:-5000}` in place of `5000` in Procfile, line 1",
        ),
        (
            {"boot.sh": ". ./my.env\nserve $P", "my.env": "P=5000"},
            "sh boot.sh",
            "`${PORT:-5000}` in place of `5000` in ./my.env, line 1",
        ),
    ],
)
def test_the_place_may_be_another_kind_of_file(
    tmp_path: Path, files: dict[str, str], started: str, written: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    given = command(*started.split(), **HANDED_ON)
    assert f"write {written}" in remedy_for_port(given, None, {5000}, tmp_path)


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("command", "add `--bind {host}:{port}` to the command"),
        ("procfile", "add `--bind 0.0.0.0:${PORT:-5000}` to the command"),
    ],
)
def test_an_option_is_suggested_if_nothing_else_helps(
    tmp_path: Path, key: str, remedy: str
) -> None:
    (tmp_path / "my.toml").write_text("bind = ':5000'")
    given = command("hypercorn", "-c", "my.toml", "a:a", key=key)
    assert remedy_for_port(given, None, {5000}, tmp_path) == remedy


def test_the_place_may_be_a_variable_of_gunicorn(tmp_path: Path) -> None:
    bind = promise("bind", "0.0.0.0:5000", "")
    setting = Setting("0.0.0.0:5000", "the variable GUNICORN_CMD_ARGS")
    bind = bind._replace(settings={"bind": setting})
    remedy = remedy_for_port(command("gunicorn", "a:a"), bind, {5000}, tmp_path)
    assert remedy == (
        "add `--bind {host}:{port}` to the command, which goes before the variable "
        "GUNICORN_CMD_ARGS"
    )


def test_the_place_may_be_a_makefile(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("serve:\n\tserve 5000\n")
    remedy = remedy_for_port(command("make", "serve"), None, {5000}, tmp_path)
    assert "write `$(or $(PORT),5000)` in place of `5000` in Makefile" in remedy


def test_a_port_that_is_written_nowhere_is_reported(tmp_path: Path) -> None:
    remedy = remedy_for_port(command("serve"), None, {5000}, tmp_path)
    assert "let it take its port from the command" in remedy


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("serve.py", 'run(port=int(os.environ.get("SHOP_PORT", 5000)))'),
        ("serve.py", "run(port=int(os.getenv('SHOP_PORT', '5000')))"),
        ("serve.py", 'PORT = config("SHOP_PORT", default=1, 2) or 5000'),
        ("boot.sh", "serve --port ${SHOP_PORT:-5000}"),
        ("boot.sh", 'SHOP_PORT="${SHOP_PORT:=5000}"'),
        (".env", "NAME=shop\nSHOP_PORT=5000"),
        (".flaskenv", "export SHOP_PORT='5000'"),
    ],
)
def test_the_place_may_be_the_default_of_a_variable(
    name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    given = 'give it the port: env = { SHOP_PORT = "{port}" }'
    remedy = remedy_for_port(command("run", name), None, {5000}, tmp_path)
    assert (remedy == given) is ("config" not in text)
    has_it = command("run", name, SHOP_PORT="{port}")
    assert remedy_for_port(has_it, None, {5000}, tmp_path) != given


def test_the_place_may_be_the_file_of_a_vassal(tmp_path: Path) -> None:
    (tmp_path / "vassals").mkdir()
    text = "[uwsgi]\nhttp-socket = 127.0.0.1:5000\n"
    (tmp_path / "vassals" / "shop.ini").write_text(text)
    given = command("uwsgi", "--emperor", "vassals", **HANDED_ON)
    remedy = remedy_for_port(given, None, {5000}, tmp_path)
    place = "in place of `5000` in vassals/shop.ini, line 2"
    assert remedy.startswith(f"write `$(PORT)` {place}")


@pytest.mark.parametrize(
    ("said", "port"),
    [
        ("[ERROR] Connection in use: ('0.0.0.0', 5000)", 5000),
        ("Address already in use\nPort 5000 is in use by another program.", 5000),
        (
            "probably another instance of uWSGI is running on the same address "
            "(0.0.0.0:5000).\nbind(): Address already in use [core/socket.c line 769]",
            5000,
        ),
        ("OSError: [Errno 98] Address already in use: ('127.0.0.1', 5000)", 5000),
        ("OSError: [Errno 98] Address already in use", None),
        ("Listening on port 5000\nKeyError: 'SHOP'", None),
    ],
)
def test_a_port_in_use_by_another_program_is_recognized(
    said: str, port: int | None
) -> None:
    assert taken_port(said) == port
