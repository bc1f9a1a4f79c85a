"""The catalog's files are complete, and every fault in one is refused with a remedy."""

import shutil
from pathlib import Path

import pytest
from packaging.version import Version

from harness.plan import catalog
from harness.plan.folder import FOLDER
from harness.records.catalog import Catalog
from harness.records.catalog import Configuration
from harness.records.catalog import DeclaredFor
from harness.records.catalog import Server
from harness.records.errors import UsageError
from tests.builders.catalogs import REAL

CONFIGURATIONS = {
    f"{server.name}-{configuration.id}": configuration
    for server in REAL.servers
    for configuration in server.configuration
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the catalog that a test may damage."""
    return copied(tmp_path / "catalog")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the catalog with only the servers that tests change.

    Reading all of them takes most of the time of these tests.
    """
    faulty = {Path(name).name for name, *_ in FAULTS.values()}
    others = {path.name for path in (FOLDER / "servers").glob("*.toml")} - faulty
    assert others
    return copied(tmp_path / "catalog", *others)


def copied(to: Path, *left_out: str) -> Path:
    shutil.copytree(FOLDER, to, ignore=shutil.ignore_patterns("*.py*", *left_out))
    return to


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


# ------------------------------------------------------------ what is delivered


def test_a_copy_of_the_catalog_is_equal(folder: Path) -> None:
    assert catalog.load(folder) == REAL


def test_flasks_own_server_comes_first() -> None:
    names = [server.name for server in REAL.servers]
    assert names[:4] == ["werkzeug", "gunicorn", "uwsgi", "mod-wsgi"]


def test_each_declaration_has_a_sentence_and_a_page() -> None:
    for name, configuration in CONFIGURATIONS.items():
        declarations: list[Configuration | DeclaredFor] = [configuration]
        for declares in (*declarations, *configuration.declaration):
            assert declares.because.endswith("."), name
            assert declares.source.startswith("https://"), name
        for need in configuration.needs:
            assert need.because, name


@pytest.mark.parametrize("server", REAL.servers, ids=lambda server: server.name)
def test_each_servers_documentation_is_linked(server: Server) -> None:
    assert server.documentation.startswith("https://")


def test_each_constraint_has_its_reason() -> None:
    reasons = [line.because for lines in REAL.constraints.values() for line in lines]
    assert all(len(reason) > 10 for reason in reasons)


def test_each_exclusion_has_a_reason() -> None:
    assert all(exclusion.why for exclusion in REAL.matrix.exclusion)


def test_each_file_of_constraints_is_used() -> None:
    files = {path.name for path in (FOLDER / "constraints").iterdir()}
    assert files == set(REAL.constraints)


def test_flask_releases_are_in_order_and_once() -> None:
    releases = REAL.matrix.flask
    assert list(releases) == sorted(set(releases))


@pytest.mark.parametrize(
    "release",
    "0.9 0.10 0.10.1 0.11 0.11.1 0.12 0.12.5 1.0 1.0.2 1.0.3 1.0.4 1.1.0 1.1.4 2.0.0 "
    "2.0.3 2.1.0 2.1.3 2.2.0 2.2.5 2.3.0 2.3.3 3.0.0 3.0.3 3.1.0 3.1.3 3.2 4.0".split(),
)
def test_each_flask_release_has_a_series(release: str) -> None:
    assert any(Version(release) in series.flask for series in REAL.matrix.series)


@pytest.mark.parametrize(
    ("release", "python", "works"),
    [
        ("0.9", "3.11", False),
        ("0.10.1", "3.11", True),
        ("0.10.1", "3.12", False),
        ("0.12.5", "3.6", True),
        ("0.12.5", "3.13", True),
        ("1.0.2", "3.9", True),
        ("1.0.2", "3.10", False),
        ("1.0.3", "3.13", True),
        ("2.2.5", "3.6", False),
        ("2.2.5", "3.7", True),
        ("3.0.3", "3.8", True),
        ("3.1.3", "3.8", False),
        ("3.1.3", "3.14", True),
    ],
)
def test_a_series_has_its_python_versions(
    release: str, python: str, works: bool
) -> None:
    first = next(s for s in REAL.matrix.series if Version(release) in s.flask)
    assert (python in first.python) is works


# ----------------------------------------------------------------- what is refused

GUNICORN = "servers/gunicorn.toml"
GRANIAN = "servers/granian.toml"
WERKZEUG = "servers/werkzeug.toml"
NGINX = "proxies/nginx.toml"

FAULTS = {
    "unknown key": (
        GUNICORN,
        'package = "gunicorn"',
        'packages = "gunicorn"',
        ["packages", "did you mean package?"],
    ),
    "unknown key, nothing near": (
        GUNICORN,
        "position = 10",
        "zzzzzz = 10",
        ["zzzzzz", "is an unknown key; there are: name, title"],
    ),
    "unknown key in a configuration": (
        GUNICORN,
        'id = "sync-4"',
        'id = "sync-4"\narg = ["x"]',
        ["configuration sync-4", "arg: is an unknown key", "did you mean argv?"],
    ),
    "missing because": (
        GUNICORN,
        'because = "Four sync workers take one request each."\n',
        "",
        ["configuration sync-4", "because: ", "is missing; add "],
    ),
    "empty because": (
        GUNICORN,
        "Four sync workers take one request each.",
        "",
        ["configuration sync-4", "because: ", "length >= 1"],
    ),
    "missing source": (
        WERKZEUG,
        'source = "https://flask.palletsprojects.com/en/stable/changes/#version-1-0"\n',
        "",
        ["configuration run", "source: ", "is missing; add "],
    ),
    "source that is no https link": (
        WERKZEUG,
        "https://flask.palletsprojects.com/en/stable/changes/",
        "http://flask.palletsprojects.com/en/stable/changes/",
        ["configuration run", "source: ", "https://"],
    ),
    "nothing declared": (
        GUNICORN,
        "declared = 4",
        "declared = 0",
        ["configuration sync-4", "declared: ", ">= 1"],
    ),
    "a formula that is none": (
        "servers/hypercorn.toml",
        '"2 x thread-pool"',
        '"2 x treads"',
        ["configuration workers-2: declared", "'2 x treads'", "thread-pool; or"],
    ),
    "a server that comes from nowhere": (
        "servers/wsgiref.toml",
        "part-of-python = true\n",
        "",
        ["releases", "pinned-by-flask = true or part-of-python = true"],
    ),
    "a package that is a part of Python": (
        "servers/wsgiref.toml",
        "part-of-python = true\n",
        'part-of-python = true\npackage = "wsgiref"\n',
        ["package", "not clear where the server comes from"],
    ),
    "declared a word that means nothing": (
        WERKZEUG,
        'declared = "unbounded"',
        'declared = "many"',
        ["configuration run", "declared: ", "many"],
    ),
    "behind a proxy that is not there": (
        GUNICORN,
        'behind = "nginx"',
        'behind = "ngnix"',
        [
            "configuration nginx-sync-4: behind",
            "no proxy 'ngnix'",
            "there are: caddy, ",
        ],
    ),
    "behind without a way": (
        GUNICORN,
        'behind = "nginx"\npassed-by = "proxy_pass"',
        'behind = "nginx"',
        ["configuration nginx-sync-4: passed-by", "missing", "both"],
    ),
    "a way without behind": (
        GUNICORN,
        'behind = "nginx"\npassed-by = "proxy_pass"',
        'passed-by = "proxy_pass"',
        ["configuration nginx-sync-4: behind", "missing", "both"],
    ),
    "a way that the proxy does not have": (
        GUNICORN,
        'passed-by = "proxy_pass"',
        'passed-by = "fastcgi_pass"',
        [
            "passed-by",
            "'fastcgi_pass'",
            "it has: proxy_pass, proxy_pass_socket, uwsgi_pass",
        ],
    ),
    "proxy of another name": (NGINX, 'name = "nginx"', 'name = "x"', ["'nginx'"]),
    "proxy whose file is a path": (
        NGINX,
        'file = "nginx.conf"',
        'file = "/etc/nginx.conf"',
        ["file", "write the name alone"],
    ),
    "proxy that hands nothing on": (
        NGINX,
        "            {pass}\n",
        "",
        ["template", "{pass} does not occur"],
    ),
    "unknown placeholder in a template": (
        NGINX,
        "listen {host}:{port};",
        "listen {address};",
        ["template", "{address}", "{folder} {host} {port} {upstream}"],
    ),
    "unknown placeholder in a way": (
        NGINX,
        "proxy_pass http://{upstream};",
        "proxy_pass http://{server};",
        ["passes.proxy_pass", "{server}"],
    ),
    "proxy without a command": (
        NGINX,
        'argv = ["nginx", "-p", "{folder}", "-c", "nginx.conf", "-e", "stderr"]',
        "argv = []",
        ["argv", "length >= 1"],
    ),
    "unknown placeholder in what says where to listen": (
        "servers/uwsgi.toml",
        'listen = ["--http-socket", "{host}:{port}"]',
        'listen = ["--http-socket", "{address}"]',
        ["listen", "{address}"],
    ),
    "unknown placeholder": (
        GUNICORN,
        "{host}:{port}",
        "{address}:{port}",
        ["listen", "{address}", "{target} {folder} {host} {port} {app}"],
    ),
    "unknown placeholder in a variable": (
        WERKZEUG,
        'FLASK_APP = "{target}/app.py"',
        'FLASK_APP = "{place}/app.py"',
        ["configuration run: env.FLASK_APP", "{place}"],
    ),
    "unknown placeholder in an addition": (
        GUNICORN,
        "--no-control-socket",
        "{socket}",
        ["addition >=25.1: argv", "{socket}"],
    ),
    "lone brace": (GUNICORN, "{host}:{port}", "{host}:{port", ["a lone {"]),
    "same id twice": (
        GUNICORN,
        'id = "sync-4"',
        'id = "default"',
        ["configuration default", "given 2 times"],
    ),
    "id with a slash": (
        GUNICORN,
        'id = "sync-4"',
        'id = "sync/4"',
        ["configuration sync/4", "id: "],
    ),
    "name that is not the file's": (
        GUNICORN,
        'name = "gunicorn"',
        'name = "unicorn"',
        ["name", "'unicorn'", "'gunicorn'"],
    ),
    "bad specifier": (
        GUNICORN,
        'release = ">=25.1"',
        'release = "from 25.1"',
        ["addition", "release: ", "from 25.1"],
    ),
    "bad specifier of a need": (
        GUNICORN,
        'python = ">=3.10"',
        'python = "three"',
        ["needs 2", "python: ", "three"],
    ),
    "invalid release": (
        GUNICORN,
        'releases = ["27.0.1"]',
        'releases = ["newest"]',
        ["releases: ", "newest"],
    ),
    "release that is not text": (
        GUNICORN,
        'releases = ["27.0.1"]',
        "releases = [27]",
        ["releases: ", "expected `str`, got `int`"],
    ),
    "bad requirement": (
        GUNICORN,
        '"gunicorn[tornado]"',
        '"gunicorn[tornado"',
        ["configuration tornado", "requires: ", "'gunicorn[tornado'"],
    ),
    "no releases": (
        GUNICORN,
        'releases = ["27.0.1"]\n',
        "",
        ["releases", "pinned-by-flask"],
    ),
    "releases and pinned": (
        WERKZEUG,
        "pinned-by-flask = true",
        'pinned-by-flask = true\nreleases = ["3.1.9"]',
        ["releases", "one of these"],
    ),
    "a configuration that is not there": (
        GRANIAN,
        'besides = ["a2wsgi"]',
        'besides = ["a2wsgy"]',
        ["by-chance: besides", "'a2wsgy'", "did you mean a2wsgi?"],
    ),
    "a server that grows to what it has": (
        WERKZEUG,
        "declared = 1\n",
        "declared = 1\nat-first = 1\n",
        ["at-first", "1 is not less than 1", "leave it out"],
    ),
    "no command": (
        WERKZEUG,
        '[[configuration]]\nid = "app-run-threaded"',
        '[[configuration]]\nid = "x"\ndeclared = 1\nbecause = "x"\n'
        'source = "https://x"\n[[configuration]]\nid = "app-run-threaded"',
        ["configuration x", "no command line"],
    ),
    "is not TOML": (GUNICORN, 'name = "gunicorn"', "name = gunicorn", ["is not TOML"]),
    "series without its reason": (
        "matrix.toml",
        'because = "Flask 3.1 needs Python 3.9"\n',
        "",
        ["series 10", "because: ", "is missing; add "],
    ),
    "exclusion without its why": (
        "matrix.toml",
        '[[series]]\nflask = "<0.10"',
        '[[exclusion]]\ncells = "*"\n\n[[series]]\nflask = "<0.10"',
        ["exclusion 1", "why: ", "is missing; add "],
    ),
    "Flask release that is none": (
        "matrix.toml",
        '"0.12.5"',
        '"0.x"',
        ["flask: ", "0.x"],
    ),
    "file of constraints that is not there": (
        "matrix.toml",
        '"3.1.txt"',
        '"3.9.txt"',
        ["matrix.toml: series", "3.9.txt", "add the file, or name another"],
    ),
    "constraint without its reason": (
        "constraints/0.10.txt",
        "Jinja2<3.1  # 3.1 removed Markup and escape, which Flask imports from it",
        "Jinja2<3.1",
        ["line 2", "no reason", "Jinja2<3.1  #"],
    ),
    "constraint that is none": (
        "constraints/0.10.txt",
        "Jinja2<3.1",
        "Jinja2 before 3.1",
        ["line 2", "'Jinja2 before 3.1'"],
    ),
    "pin that is a range": (
        "constraints/2.0.txt",
        "Werkzeug==2.0.3",
        "Werkzeug<2.1",
        ["Werkzeug is not pinned", "Werkzeug==RELEASE"],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_file_key_and_remedy(small: Path, fault: str) -> None:
    name, old, new, words = FAULTS[fault]
    edit(small / name, old, new)
    with pytest.raises(UsageError) as caught:
        catalog.load(small)
    message = str(caught.value)
    assert "\n" not in message
    for word in (Path(name).name, *words):
        assert word in message


def test_a_catalog_without_a_matrix_says_so(folder: Path) -> None:
    (folder / "matrix.toml").unlink()
    with pytest.raises(UsageError, match=r"matrix\.toml: .*No such file.*restore it"):
        catalog.load(folder)


def test_a_server_is_added_by_adding_a_file(folder: Path) -> None:
    (folder / "servers" / "plain-server.toml").write_text(
        'name = "plain-server"\n'
        'title = "Plain"\n'
        'package = "plain"\n'
        'documentation = "https://example.org"\n'
        'releases = ["1.0"]\n'
        'argv = ["{scripts}/plain", "{host}", "{port}"]\n'
        "[[configuration]]\n"
        'id = "default"\n'
        "declared = 1\n"
        'because = "It says so."\n'
        'source = "https://example.org"\n'
    )
    loaded: Catalog = catalog.load(folder)
    assert "plain-server" in [server.name for server in loaded.servers]


def test_comments_and_blank_lines_are_no_constraints(folder: Path) -> None:
    path = folder / "constraints" / "2.0.txt"
    path.write_text(f"# what this is\n\n{path.read_text()}")
    assert catalog.load(folder) == REAL
