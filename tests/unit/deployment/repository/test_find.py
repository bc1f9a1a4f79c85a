"""Every place in a repository that declares a concurrency, and contradictions."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.cli import run
from harness.deployment.repository.find import find
from harness.records.declares import Place
from harness.records.errors import GateFailed
from harness.records.errors import UsageError

PROCFILE = {"Procfile": "worker: celery\nweb: gunicorn -w 2 --threads 4 shop:app\n"}


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def places(folder: Path, files: Mapping[str, str]) -> list[Place]:
    write(folder, files)
    return list(find(folder, 4).places)


@pytest.mark.parametrize(
    ("name", "text", "line", "what", "declared"),
    [
        ("Procfile", "a: b\nweb: gunicorn -w 3 a:a\n", 2, "web", 3),
        ("Dockerfile", "FROM x\nCMD gunicorn \\\n -w 3 a:a\n", 2, "CMD", 3),
        ("docker/Dockerfile.prod", 'CMD ["gunicorn", "-w", "3"]', 1, "CMD", 3),
        (
            "Dockerfile",
            'ENV WEB_CONCURRENCY 3\nENTRYPOINT ["gunicorn"]\nCMD ["a:a"]',
            3,
            "ENTRYPOINT CMD",
            3,
        ),
        (
            "Dockerfile",
            'ENTRYPOINT ["/app/entry"]\nCMD ["gunicorn", "-w", "3", "a:a"]',
            2,
            "ENTRYPOINT CMD",
            3,
        ),
        (
            "shop.conf",
            "# shop\nWSGIDaemonProcess shop user=www \\\n processes=3 threads=5\n"
            "WSGIScriptAlias / /srv/shop.wsgi\n",
            2,
            "mod_wsgi",
            15,
        ),
        (
            "unit.json",
            '{"applications": {"shop": {\n"type": "python 3.13", "module": "wsgi",\n'
            '"processes": {"max": 4, "spare": 1}, "threads": 2}}}',
            3,
            "NGINX Unit",
            8,
        ),
        (
            ".github/workflows/ci.yml",
            "jobs:\n smoke:\n  steps:\n  - run: |\n     pip install .\n"
            "     gunicorn -w 3 a:a &\n     curl :8000\n",
            6,
            "job smoke",
            3,
        ),
        ("Dockerfile", "CMD uwsgi -p 9\nENTRYPOINT gunicorn -w 3", 2, "ENTRYPOINT", 3),
        (
            "compose.yaml",
            "services:\n web:\n  entrypoint: [/e]\n  command: gunicorn -w 3 a:a\n",
            4,
            "service web",
            3,
        ),
        (
            "Dockerfile",
            "FROM a\nCMD gunicorn -w 9\nFROM b\nCMD gunicorn -w 3\n",
            4,
            "CMD",
            3,
        ),
        (
            "Dockerfile",
            "FROM a AS base\nARG N=3\nENV WORKERS=$N\nCMD gunicorn -w $WORKERS\n"
            "FROM base\nUSER shop\n",
            4,
            "CMD",
            3,
        ),
        (
            "compose.yaml",
            "services:\n  shop:\n    environment: {WEB_CONCURRENCY: 3}\n"
            "    command: gunicorn a:a\n",
            4,
            "service shop",
            3,
        ),
        (
            "docker-compose.prod.yml",
            "services:\n  shop:\n    environment:\n      - N=3\n"
            "    entrypoint: [sh, -c, 'gunicorn -w $$N']\n",
            5,
            "service shop",
            3,
        ),
        ("gunicorn.conf.py", "bind = ''\nworkers = 3\n", 2, "", 3),
        ("app.ini", "[uwsgi]\nmaster = 1\nprocesses = 3\n", 3, "", 3),
        (
            "ops/supervisord.conf",
            "[program:a]\ncommand=gunicorn -w %(ENV_N)s\n[program:shop]\n"
            'command=gunicorn a:a\nenvironment=WEB_CONCURRENCY="3",B="1"\n',
            4,
            "program shop",
            3,
        ),
        (
            "supervisord.conf",
            "[program:shop]\ncommand=gunicorn a:a\nnumprocs=3\n",
            2,
            "program shop",
            3,
        ),
        (
            "shop.service",
            '[Service]\nEnvironment=A=1\nEnvironment="WEB_CONCURRENCY=3"\n'
            "ExecStart=/srv/bin/gunicorn \\\n  a:a\n",
            4,
            "ExecStart",
            3,
        ),
        ("start.sh", "#!/bin/sh\nset -e\nexec gunicorn -w 3 a:a\n", 3, "", 3),
        ("Makefile", "serve:\n\tgunicorn -w 3 a:a --bind :$(PORT)\n", 2, "", 3),
        ("justfile", "serve:\n    @gunicorn -w 3 a:a\n", 2, "", 3),
        ("Pipfile", '[scripts]\nserve = "gunicorn -w 3 a:a"\n', 2, "", 3),
        (
            "pyproject.toml",
            '[tool.pdm.scripts]\ns = {cmd = "gunicorn -w 3 a:a"}',
            2,
            "",
            3,
        ),
        ("package.json", '{"scripts": {"start": "gunicorn -w 3 a:a"}}', 1, "", 3),
        (
            "config/deploy.yml",
            "servers:\n  web:\n    cmd: gunicorn -w 3 a:a\n",
            3,
            "",
            3,
        ),
        ("shop.service.j2", "ExecStart={{ venv }}/bin/gunicorn -w 3 a:a\n", 1, "", 3),
        ("startup.txt", "gunicorn --workers=3 a:a\n", 1, "", 3),
        ("nixpacks.toml", "[start]\ncmd = \"gunicorn -w 3 'a:make()'\"\n", 2, "", 3),
        (
            "docker-stack.yml",
            "services:\n  a:\n    command: gunicorn -w 3 a:a",
            3,
            "service a",
            3,
        ),
        (
            "deploy/shop.conf",
            "[program:shop]\ncommand=gunicorn -w 3 a:a\n",
            2,
            "program shop",
            3,
        ),
        (
            "circus.ini",
            "[watcher:a]\ncmd = gunicorn a:a\nnumprocesses = 3\n",
            2,
            "watcher a",
            3,
        ),
        ("dockerfile", "FROM x\nCMD gunicorn -w 3 a:a\n", 2, "CMD", 3),
        (
            "entry.sh",
            'case "$1" in\n  web) exec gunicorn -w 3 a:a ;;\nesac\n',
            2,
            "",
            3,
        ),
        (
            "setup.sh",
            "cat <<E\n[Service]\nExecStart=/bin/gunicorn -w 3 a:a\nE\n",
            3,
            "",
            3,
        ),
        ("bin/docker-entrypoint", "#!/bin/bash -e\ngunicorn -w 3 a:a\n", 2, "", 3),
        ("serve", "#!/usr/bin/env sh\ncd /srv; gunicorn -w 3 a:a\n", 2, "", 3),
        ("Makefile", "N ?= 3\nserve:\n\tgunicorn -w $(N) -b :80 shop\n", 3, "", 3),
        ("web/run", "#!/bin/sh\nexec sudo -u app gunicorn -w 3 a:a\n", 2, "", 3),
        (
            "captain-definition",
            '{"dockerfileLines": ["FROM x", "CMD gunicorn -w 3 a:a"]}',
            1,
            "CMD",
            3,
        ),
        (
            ".ebextensions/a.config",
            "option_settings:\n  aws:elasticbeanstalk:container:python:\n"
            "    NumThreads: 3\n    WSGIPath: a:a\n",
            3,
            "Elastic Beanstalk",
            3,
        ),
        (
            ".ebextensions/b.config",
            "option_settings:\n- namespace: aws:elasticbeanstalk:container:python\n"
            "  option_name: NumThreads\n  value: 3\n",
            4,
            "Elastic Beanstalk",
            3,
        ),
        (
            "concurrency.toml",
            '[[deployment]]\nname = "a"\ncommand = "celery"\n[[deployment]]\n'
            'name = "web"\nenv = { N = "3" }\ncommand = "gunicorn -w $N a:a"\n',
            7,
            "web",
            3,
        ),
        (
            "pyproject.toml",
            '[[tool.flask-concurrency.deployment]]\nname = "web"\n'
            'command = "gunicorn -w 3 a:a"\n',
            3,
            "web",
            3,
        ),
    ],
)
def test_a_file_that_starts_a_server_is_a_place(
    name: str, text: str, line: int, what: str, declared: int, tmp_path: Path
) -> None:
    *_, place = places(tmp_path, {name: text})
    assert (place.file, place.line, place.what) == (name, line, what)
    assert (place.known, place.declared) == (True, declared)


@pytest.mark.parametrize(
    "files",
    [
        {"Dockerfile": "FROM x\nCMD ./start\n"},
        {"install.sh": 'PACKAGES="git \\\nuwsgi uwsgi-plugin-python3"\n'},
        {"install.sh": "cat <<EOF\nusage: install [all|uwsgi|nginx]\nEOF\n"},
        {"compose.yaml": "services: {a: {command: 1}, b: [], c: {command: {}}}"},
        {"compose.yaml": "services:\n\t- a"},
        {"compose.yaml": "- a"},
        {"compose.yaml": "services: [{name: a, command: celery}]"},
        {"tox.ini": "[tox]\n"},
        {"start.sh": "celery worker\n"},
        {"concurrency.toml": "[[deployment"},
        {"concurrency.toml": "[[deployment]]\nprocfile = 'web'"},
        {"concurrency.toml": "deployment = 1"},
        {"pyproject.toml": "[tool]"},
        {"start.sh": "\0\1"},
        {"serve": "#!/usr/bin/python3\ngunicorn -w 3 a:a\n"},
        {"Procfile": "release: flask db upgrade\nclock: python -m flask jobs"},
        {"Makefile": "install:\n\tpip install gunicorn uwsgi\n# gunicorn a:a\n"},
        {"pyproject.toml": '[project]\ndependencies = ["gunicorn >=20", "a"]\n'},
        {"package.json": '{"keywords": ["gunicorn", "flask"]}'},
        {"captain-definition": "[]"},
        {"captain-definition": '{"dockerfilePath": "./Dockerfile"}'},
        {".ebextensions/a.config": "packages:\n  yum: {git: []}\n"},
        {".ebextensions/a.config": "- a: [\n"},
        {"nginx.conf": "server { listen 80; }\n"},
        {"gunicorn.conf.py": "bind = ''\n"},
        {"node_modules/Procfile": "web: gunicorn a:a"},
        {".git/Procfile": "web: gunicorn a:a"},
    ],
)
def test_other_files_are_no_places(files: Mapping[str, str], tmp_path: Path) -> None:
    assert places(tmp_path, files) == []


def test_binary_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "start.sh").write_bytes(b"gunicorn \xff")
    assert places(tmp_path, {}) == []


@pytest.mark.parametrize(
    ("service", "declared"),
    [
        ("env_file: web.env", 3),
        ("env_file: [web.env]", 3),
        ("env_file: [other.env, web.env]", 3),
        ("env_file: [web.env, other.env]", 7),
        ("env_file: [{path: env/there.env, required: false}]", 4),
        ("env_file: [nowhere.env]", 1),
        ("{env_file: web.env, environment: {WEB_CONCURRENCY: 5}", 5),
    ],
)
def test_variable_files_of_a_service_are_read(
    service: str, declared: int, tmp_path: Path
) -> None:
    files = {
        ".env": "MANY=3\nWEB_CONCURRENCY=9\n",
        "web.env": "# how many\nWEB_CONCURRENCY=${MANY}\n",
        "other.env": "WEB_CONCURRENCY=${NOT_THERE:-7}\n",
        "env/there.env": "WEB_CONCURRENCY=4\n",
    }
    inner = service.removeprefix("{")
    compose = f"services: {{web: {{command: gunicorn a:a, {inner}}}}}\n"
    (place,) = places(tmp_path, {**files, "compose.yaml": compose})
    assert place.declared == declared


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Makefile", "gunicorn -w 2 shop:app\n"),
        ("pyproject.toml", "a = 'gunicorn -w 2 shop:app'\n"),
        ("Procfile", "web: gunicorn -w 2 shop:app\n"),
        ("start.sh", "gunicorn -w 2 shop:app\n"),
    ],
)
def test_large_generated_files_are_not_read(
    name: str, line: str, tmp_path: Path
) -> None:
    assert len(places(tmp_path, {name: line * 200})) == 100
    assert places(tmp_path, {name: line * 20_000}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Makefile", "serve:\n\tcd web && gunicorn -c conf.py a:a\n"),
        ("Makefile", "serve:\n\tcd web \\\n\t\t&& run gunicorn -c conf.py a:a\n"),
        ("start.sh", "cd web\ngunicorn -c conf.py a:a\n"),
        ("start.sh", "cd ./web/sub && sh -c 'cd .. && gunicorn -c conf.py a:a'\n"),
        ("Procfile", "web: cd web && gunicorn -c conf.py a:a\n"),
    ],
)
def test_settings_files_are_found_in_the_working_folder(
    name: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / "web" / "sub").mkdir(parents=True)
    (tmp_path / "conf.py").write_text("workers = 2\n")
    found = places(tmp_path, {name: text, "web/conf.py": "workers = 3\n"})
    assert [place.declared for place in found if place.file == name] == [3]


@pytest.mark.parametrize(
    ("lines", "command"),
    [
        ("COPY . /srv/app", "gunicorn -c /srv/app/web/conf.py a:a"),
        ("WORKDIR /srv\nCOPY web .", "gunicorn --config=/srv/conf.py a:a"),
        ("WORKDIR /srv\nCOPY . .\nCOPY web/conf.py ./", "gunicorn -c conf.py a:a"),
        ("COPY a.py web/conf.py /srv/", "uvicorn x && gunicorn -c /srv/conf.py a:a"),
        ("COPY . /srv\nWORKDIR /srv/web", "gunicorn -c ./conf.py a:a"),
        ("COPY web/*.py /", "gunicorn -c /conf.py a:a"),
        ("COPY . /srv", "uwsgi --ini /srv/web/u.ini"),
        ("COPY . /srv", "hypercorn -c /srv/web/h.toml --workers 3 a:a"),
    ],
)
def test_files_of_an_image_are_found_beside_its_dockerfile(
    lines: str, command: str, tmp_path: Path
) -> None:
    files = {
        "conf.py": "workers = 2\n",
        "web/conf.py": "workers = 3\n",
        "web/u.ini": "[uwsgi]\nprocesses = 3\n",
        "web/h.toml": "worker_class = 'asyncio'\n",
    }
    for line in (command, json.dumps(command.split())):
        found = places(tmp_path, {**files, "Dockerfile": f"{lines}\nCMD {line}\n"})
        several = [place for place in found if place.file == "Dockerfile"]
        assert several[-1].known, several[-1].because
        assert several[-1].declared in (3, 3 * 8)


def test_what_an_image_gets_from_elsewhere_is_not_found_here(tmp_path: Path) -> None:
    command = "CMD gunicorn -c /srv/conf.py a:a\n"
    files = {"conf.py": "workers = 2\n"}
    for copy in ("COPY --from=build . /srv", "COPY . /elsewhere", "COPY none.py /srv"):
        files["Dockerfile"] = f"{copy}\n{command}"
        (place, *_) = places(tmp_path, files)
        assert place.because == "its file /srv/conf.py is not here"


@pytest.mark.parametrize(
    ("files", "against"),
    [
        ({"Dockerfile": "CMD gunicorn -w 2 shop:app"}, ["Dockerfile:1"]),
        ({"Dockerfile": "CMD gunicorn -w 8 shop:app"}, []),
        ({"Dockerfile": "CMD gunicorn -w 2 other:app"}, []),
        ({"Dockerfile": "CMD flask run"}, []),
        ({"Makefile": "dev:\n\tgunicorn --reload shop:app"}, []),
        ({"Dockerfile": "CMD gunicorn -w $N shop:app"}, []),
        ({"gunicorn.conf.py": "workers = 2"}, []),
        ({"gunicorn.conf.py": "preload_app = True\nthreads = 4"}, []),
        ({"gunicorn.conf.py": "workers = 3"}, ["gunicorn.conf.py:1"]),
        (
            {"sub/pyproject.toml": "", "sub/Dockerfile": "CMD gunicorn -w 2 shop:app"},
            [],
        ),
        ({"sub/Dockerfile": "CMD gunicorn -w 2 shop:app"}, ["sub/Dockerfile:1"]),
    ],
)
def test_different_numbers_for_an_app_contradict_each_other(
    files: Mapping[str, str], against: list[str], tmp_path: Path
) -> None:
    found = {place.file: place for place in places(tmp_path, {**PROCFILE, **files})}
    assert list(found["Procfile"].contradicts) == against
    for other in against:
        assert found[other.partition(":")[0]].contradicts == ("Procfile:2",)


def test_variable_files_beside_a_unit_are_read(tmp_path: Path) -> None:
    unit = "[Service]\nEnvironmentFile=-/etc/shop.env\nExecStart=gunicorn -w $N a:a\n"
    variables = "# it's ours\nN=3\n"
    (place,) = places(tmp_path, {"ops/shop@.service": unit, "ops/shop.env": variables})
    assert (place.known, place.declared) == (True, 3)


@pytest.mark.parametrize(
    ("name", "text", "known", "declared"),
    [
        ("h.toml", "workers = 2", True, 16),
        ("h.toml", "workers = ", False, None),
        ("h.py", "workers = 2", False, None),
        ("uwsgi.yaml", "uwsgi:\n  processes: 2\n", False, None),
    ],
)
def test_settings_of_other_servers_are_read(
    name: str, text: str, known: bool, declared: int | None, tmp_path: Path
) -> None:
    command = "uwsgi --yaml" if "uwsgi" in name else "hypercorn -c"
    files = {name: text, "start.sh": f"{command} {name} a:a\n"}
    found = [place for place in places(tmp_path, files) if place.file == "start.sh"]
    assert [(each.known, each.declared) for each in found] == [(known, declared)]


@pytest.mark.parametrize(
    ("workers", "against"), [((8,), []), ((3,), [3]), ((3, 8), []), ((2, 3), [3, 6])]
)
def test_a_checked_deployment_may_match_any_place(
    workers: tuple[int, ...], against: list[int], tmp_path: Path
) -> None:
    text = "".join(
        f'[[deployment]]\nname = "w{n}"\ncommand = "gunicorn -w {n} shop:app"\n'
        for n in workers
    )
    found = places(tmp_path, {**PROCFILE, "concurrency.toml": text})
    lines = tuple(f"concurrency.toml:{line}" for line in against)
    assert found[0].contradicts == lines


def test_a_number_can_depend_on_the_processors(tmp_path: Path) -> None:
    write(tmp_path, {"gunicorn.conf.py": "workers = cpu_count() * 2 + 1"} | PROCFILE)
    conf, web = sorted(find(tmp_path, 2, 64).places, key=lambda each: not each.depends)
    assert (conf.depends, conf.declared, conf.elsewhere) == (True, 5, 129)
    assert (web.depends, web.declared, web.elsewhere) == (False, 8, 8)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        find(tmp_path / "none", 1)


# ------------------------------------------------------------------- the command line


def test_declares_prints_places_and_fails_on_contradictions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, PROCFILE | {"Dockerfile": "CMD gunicorn shop:app"})
    assert run(["declares", str(tmp_path), "--processors", "64"]) == 0
    out = capsys.readouterr().out
    assert "Procfile:2    8: 2 workers × 4 threads; contradicts Dockerfile:1" in out
    assert (
        "contradiction (FC301): for the same app: Dockerfile:1 1, Procfile:2 8" in out
    )
    with pytest.raises(GateFailed, match="2 places contradict.*Dockerfile:1 "):
        run(["declares", str(tmp_path), "--fail-on", "contradiction"])


def test_without_places_declares_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["declares", str(tmp_path), "--fail-on", "contradiction"]) == 0
    assert "No file that starts a server says" in capsys.readouterr().out


def test_numbers_in_a_workflow_contradict_nothing(tmp_path: Path) -> None:
    step = "jobs: {smoke: {steps: [{run: gunicorn -w 1 shop:app}]}}\n"
    found = places(tmp_path, {**PROCFILE, ".github/workflows/ci.yml": step})
    assert [place.declared for place in found] == [8, 1]
    assert not any(place.contradicts for place in found)


def test_applications_of_unit_are_separate(tmp_path: Path) -> None:
    python = '{"type": "python", "module": "%s", "processes": %d}'
    shops = python % ("shop", 2), python % ("till", 3), '{"type": "php"}'
    listed = ", ".join(
        f'"{each}": {text}' for each, text in zip("abc", shops, strict=True)
    )
    text = f'{{"applications": {{{listed}}}}}'
    found = places(tmp_path, {"conf/unit-config.json": text, "config.json": "[]"})
    assert [place.declared for place in found] == [2, 3]
    assert not any(place.contradicts for place in found)


LINE = "gunicorn -w 2 shop:app\n"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("start.sh", LINE * 100, ""),
        ("start.sh", LINE * 101, "it starts more than 100 servers"),
        ("start.sh", LINE * 20_000, "it has more than 300,000 characters"),
        ("fly.toml", "[http_service]\n" + "# a\n" * 90_000, "300,000 characters"),
        ("fly.toml", "[http_service]\n", ""),
        # Files that belong to no platform.
        ("data.json", "[1]\n" * 90_000, ""),
        ("data.txt", LINE * 20_000, ""),
    ],
)
def test_unread_files_are_recorded(
    name: str, text: str, reason: str, tmp_path: Path
) -> None:
    write(tmp_path, {name: text})
    unread = find(tmp_path, 4).unread
    assert [each.file for each in unread] == ([name] if reason else [])
    assert all(reason in each.reason for each in unread)


@pytest.mark.parametrize("name", ["gunicorn.conf.py", "Procfile", "uwsgi.ini"])
def test_a_file_without_an_end_is_recorded(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    os.mkfifo(tmp_path / "other")
    (unread,) = find(tmp_path, 4).unread
    assert (unread.file, unread.reason) == (name, "it is not a regular file")


@pytest.mark.parametrize(
    ("built", "taken"), [('dockerfile = "docker/web.Dockerfile"', 4), ("", None)]
)
def test_the_dockerfile_that_a_platform_builds_is_taken(
    built: str, taken: int | None, tmp_path: Path
) -> None:
    write(
        tmp_path,
        {
            "fly.toml": f"[build]\n{built}\n[http_service]\ninternal_port = 80\n",
            "Dockerfile": "CMD gunicorn -w 9 a:a\n",
            "docker/web.Dockerfile": "CMD gunicorn -w 4 a:a\n",
            "docker/Dockerfile": "CMD gunicorn -w 2 a:a\n",
        },
    )
    (sending,) = find(tmp_path, 4).sendings
    assert sending.takes == taken


def test_processes_of_several_services_are_one_place_each(tmp_path: Path) -> None:
    text = '[processes]\nweb = "gunicorn -w 2 a:a"\n' + "[[services]]\nport = 1\n" * 2
    assert [place.line for place in places(tmp_path, {"fly.toml": text})] == [2]


@pytest.mark.parametrize("option", ["--check-config", "--print-config", "--version"])
def test_a_server_that_only_says_something_is_no_place(
    option: str, tmp_path: Path
) -> None:
    assert places(tmp_path, {"Procfile": f"release: gunicorn {option} a:a\n"}) == []


def test_too_many_files_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.deployment.repository.find.MOST_FILES", 2)
    write(tmp_path, {"a.sh": LINE, "b.sh": LINE})
    assert find(tmp_path, 4).unread == ()
    write(tmp_path, {"c.sh": LINE})
    (unread,) = find(tmp_path, 4).unread
    assert unread.file == "." and "more than 2 files" in unread.reason


def test_unread_files_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {f"{name}.sh": LINE * 20_000 for name in "abcdefg"})
    run(["declares", str(tmp_path)])
    out = capsys.readouterr().out
    assert "not read: a.sh: it has more than 300,000 characters\n" in out
    assert "e.sh: it has" in out and "f.sh" not in out and "and 2 other files" in out


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (
            "if True:\n    workers = 4\n",
            "gunicorn.conf.py does not plainly assign workers: line 3",
        ),
        ("try:\n    threads = 4\nexcept E:\n    threads = 2\n", "line 3"),
        ("from base import *\n", "gunicorn.conf.py imports settings: line 2"),
        ("set_defaults(globals())\n", "gunicorn.conf.py computes settings: line 2"),
        ("for k, v in X:\n    locals()[k] = v\n", "computes settings: line 3"),
        # Settings that change no number.
        (
            "defaults(globals())\nworker_class = 'gevent'\nworker_connections = 4\n",
            8,
        ),
        ("if True:\n    timeout = 4\n", 2),
        ("from base import log\n", 2),
        ("def on_exit(server):\n    threads = 2\n    print(globals())\n", 2),
    ],
)
def test_computed_settings_are_evaluated_or_unknown(
    text: str, declared: str | int, tmp_path: Path
) -> None:
    settings = {"gunicorn.conf.py": f"workers = 2\n{text}"}
    (place,) = places(tmp_path, settings)
    if isinstance(declared, int):
        assert (place.known, place.declared) == (True, declared)
    else:
        assert not place.known and declared in place.because
