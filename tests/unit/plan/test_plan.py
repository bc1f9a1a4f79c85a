"""A selection gives the expected cells, with the expected plan.

Most tests use a small catalog of their own; the default selection uses the real one.
"""

import functools
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.plan import catalog
from harness.plan.plan import list_cells
from harness.plan.plan import make_plan
from harness.plan.shards import shards
from harness.records.catalog import Catalog
from harness.records.catalog import Selection
from harness.records.errors import UsageError
from harness.records.plan import Built
from harness.records.plan import Declaration
from harness.records.plan import NeededHere
from harness.records.plan import Plan
from harness.records.plan import PlannedCell
from harness.records.plan import PlannedFront
from tests.builders.catalogs import REAL

MATRIX = """
flask = ["1.0.4", "3.1.3"]
default = ["flask-3.1.3/*", "*/own-*/*"]
[[series]]
flask = "<2"
constraints = "old.txt"
python = ">=3.6,<3.14"
because = "Of old"
[[series]]
flask = ">=2"
constraints = "new.txt"
python = ">=3.9"
because = "Of new"
[[exclusion]]
cells = "flask-1.0.4/pool-*/two/*"
why = "It hangs."
"""

OWN = """
name = "own"
title = "Own"
package = "Own_Server"
documentation = "https://example.org"
position = 1
pinned-by-flask = true
[[configuration]]
id = "run"
argv = ["{scripts}/own"]
env = { APP = "{target}/app.py" }
declared = "unbounded"
because = "Since 1.0."
source = "https://example.org/new"
also-offered = [400]
[[configuration.needs]]
flask = ">=0.11"
because = "came with 0.11"
[[configuration.declaration]]
flask = "<1.0"
declared = 1
because = "Before 1.0."
source = "https://example.org/old"
"""

POOL = """
name = "pool"
title = "Pool"
package = "pool"
documentation = "https://example.org"
releases = ["2.0", "3.0"]
argv = ["{scripts}/pool"]
env = { A = "server", B = "server", C = "server" }
requires = ["six"]
[[needs]]
where = ">=3"
python = ">=3.10"
because = "3.0 dropped older Pythons"
[[addition]]
release = ">=3"
argv = ["--quiet"]
env = { B = "addition", C = "addition" }
requires = ["setuptools<81"]
because = "It is loud."
[[configuration]]
id = "one"
declared = 1
because = "One."
source = "https://example.org"
[[configuration]]
id = "two"
argv = ["--threads", "2"]
env = { C = "configuration" }
requires = ["pool[threads]"]
declared = 2
because = "Two."
source = "https://example.org"
[[configuration.declaration]]
release = "<3"
declared = 7
at-first = 3
because = "Seven."
source = "https://example.org"
[[configuration]]
id = "gone"
releases = ["1.5"]
declared = 3
because = "Three."
source = "https://example.org"
[[configuration.needs]]
release = "<2"
because = "2.0 removed it"
[[configuration.needs]]
platforms = ["linux", "darwin"]
because = "it forks"
"""

PROXY = """
name = "proxy"
title = "Proxy"
documentation = "https://example.org"
argv = ["proxyd", "-p", "{folder}"]
because = "install it"
version = ["-v"]
file = "proxy.conf"
template = "listen {port}; { {pass} }"
[passes]
plain = "to {upstream};"
other = "other {upstream};"
"""

CHAINED = """
name = "chained"
title = "Chained"
package = "chained"
documentation = "https://example.org"
releases = ["1.0"]
argv = ["{scripts}/chained"]
listen = ["--http", "{port}"]
[[needs]]
programs = ["cc", "ld"]
because = "it is built"
[[needs]]
where = ">=2"
succeeds = ["sh", "{target}/x"]
because = "newer ones try"
[[configuration]]
id = "alone"
argv = ["--more"]
declared = 1
because = "One."
source = "https://example.org"
[[configuration]]
id = "proxied"
behind = "proxy"
passed-by = "other"
listen = ["--other", "{port}"]
argv = ["--more"]
declared = 1
because = "One."
source = "https://example.org"
"""

OLD = """
Own-Server==0.16.1  # old
Jinja2<3.1  # old
"""

NEW = """
own.server==3.1.9; python_version >= "3.10"  # new
own.server==3.0.6; python_version < "3.10"  # the last for older
Extra==1; python_version < "3.10"  # for older only
"""


def load(folder: Path, **files: str) -> Catalog:
    """Load a catalog with some servers and proxies, and the common other files."""
    for name, text in (
        ("matrix.toml", MATRIX),
        ("constraints/old.txt", OLD),
        ("constraints/new.txt", NEW),
        *((f"{name.replace('_', '/')}.toml", text) for name, text in files.items()),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return catalog.load(folder)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """A catalog of two servers with one of everything."""
    return load(tmp_path_factory.mktemp("small"), servers_own=OWN, servers_pool=POOL)


def plan(source: Catalog, **asked: Any) -> Plan:
    options = {"python": "3.11", "platform": "linux", **asked}
    return make_plan(source, Selection(**options))


def cells(made: Plan) -> list[PlannedCell]:
    return [cell for entry in made.environments for cell in entry.cells]


def ids(made: Plan) -> list[str]:
    return [cell.id for cell in cells(made)]


@functools.cache
def default_ids() -> tuple[str, ...]:
    """The ids of the cells in the default selection."""
    return tuple(ids(plan(REAL)))


def the_cell(source: Catalog, name: str, **asked: Any) -> PlannedCell:
    (cell,) = cells(plan(source, only=(name,), **asked))
    return cell


# ------------------------------------------------------------------- selecting

NEWEST = [
    "flask-3.1.3/own-3.1.9/run/py3.11",
    "flask-3.1.3/pool-2.0/one/py3.11",
    "flask-3.1.3/pool-2.0/two/py3.11",
    "flask-3.1.3/pool-3.0/one/py3.11",
    "flask-3.1.3/pool-3.0/two/py3.11",
    "flask-3.1.3/pool-1.5/gone/py3.11",
]
OLDEST = [cell.replace("3.1.3", "1.0.4").replace("3.1.9", "0.16.1") for cell in NEWEST]


def test_nothing_selected_is_the_default_selection(small: Catalog) -> None:
    assert ids(plan(small)) == [OLDEST[0], *NEWEST]


def test_all_is_everything_oldest_flask_first(small: Catalog) -> None:
    assert ids(plan(small, everything=True)) == [*OLDEST, *NEWEST]


def test_flask_takes_the_place_of_the_matrix(small: Catalog) -> None:
    made = plan(small, flask=("3.0.0", "0.12"))
    assert list(dict.fromkeys(e.environment.flask for e in made.environments)) == [
        "0.12",
        "3.0.0",
    ]
    assert len(cells(made)) == 12


def test_a_flask_release_given_twice_counts_once(small: Catalog) -> None:
    assert ids(plan(small, flask=("3.1.3", "v3.1.3"))) == NEWEST


def test_a_server_is_measured_in_full_with_each_flask(small: Catalog) -> None:
    assert ids(plan(small, servers=("pool",))) == [*OLDEST[1:], *NEWEST[1:]]


def test_a_server_with_one_release_has_every_configuration(small: Catalog) -> None:
    assert ids(plan(small, servers=("pool==3.0",), flask=("3.1.3",))) == [
        "flask-3.1.3/pool-3.0/one/py3.11",
        "flask-3.1.3/pool-3.0/two/py3.11",
        "flask-3.1.3/pool-3.0/gone/py3.11",
    ]


def test_releases_of_a_server_are_an_axis_under_the_newest_flask(
    small: Catalog,
) -> None:
    made = plan(small, server_releases=("pool==3.0,2.0", "pool==v2.0", "own== 3.1.0 "))
    assert [str(entry.environment) for entry in made.environments] == [
        "flask-3.1.3/own-3.1.0/py3.11",
        "flask-3.1.3/pool-2.0/py3.11",
        "flask-3.1.3/pool-3.0/py3.11",
    ]
    assert [len(entry.cells) for entry in made.environments] == [1, 3, 3]


def test_selected_releases_replace_those_of_the_catalog(small: Catalog) -> None:
    asked = {"server_releases": ("pool==9.0",), "flask": ("3.1.3",)}
    for servers in ((), ("pool",)):
        made = plan(small, servers=servers, **asked)
        assert {e.environment.server_version for e in made.environments} == {"9.0"}
    made = plan(small, servers=("own",), **asked)
    assert len(made.environments) == 2


def test_releases_of_a_server_combine_with_other_selections(small: Catalog) -> None:
    releases = ("pool==9.0,8.0",)
    old = plan(small, server_releases=releases, flask=("1.0.4",))
    assert {e.environment.flask for e in old.environments} == {"1.0.4"}
    assert len(plan(small, server_releases=releases, everything=True).environments) == 4
    one = plan(small, server_releases=releases, only=("flask-1.0.4/*/one/*",))
    assert ids(one) == [
        "flask-1.0.4/pool-8.0/one/py3.11",
        "flask-1.0.4/pool-9.0/one/py3.11",
    ]
    newest = plan(small, server_releases=releases, only=("*/one/*",))
    assert ids(newest) == [each.replace("1.0.4", "3.1.3") for each in ids(one)]


def test_a_server_is_measured_under_the_flask_releases_of_the_default() -> None:
    made = plan(REAL, servers=("gunicorn",))
    usual = {e.environment.flask for e in plan(REAL).environments}
    assert {e.environment.flask for e in made.environments} == usual
    assert len(usual) == 5
    every = plan(REAL, servers=("gunicorn",), everything=True)
    assert len({e.environment.flask for e in every.environments}) == 11


def test_servers_come_once_in_the_order_of_the_catalog(small: Catalog) -> None:
    made = plan(small, servers=("pool", "own", "pool==2.0"), flask=("3.1.3",))
    assert ids(made) == [
        *NEWEST[:3],
        "flask-3.1.3/pool-2.0/gone/py3.11",
        *NEWEST[3:],
    ]
    assert len(made.environments) == 4


def test_a_pinned_server_may_be_asked_for_by_release(small: Catalog) -> None:
    (entry,) = plan(small, servers=("own==3.1.0",), flask=("3.1.3",)).environments
    assert entry.requirements == ("Flask==3.1.3", "Own_Server==3.1.0")
    assert entry.constraints == ()


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        (("flask-1.0.4/own-*/run/*",), OLDEST[:1]),
        (("*/two/*",), [OLDEST[2], OLDEST[4], NEWEST[2], NEWEST[4]]),
        (("*/gone/*", "*3.1.3/own-*"), [OLDEST[5], NEWEST[0], NEWEST[5]]),
        (("*/pool-[23].0/one/*",), [OLDEST[1], OLDEST[3], NEWEST[1], NEWEST[3]]),
        ((NEWEST[2],), [NEWEST[2]]),
        ((NEWEST[2], NEWEST[2]), [NEWEST[2]]),
    ],
)
def test_only_matches_everything_in_the_catalog(
    small: Catalog, globs: tuple[str, ...], expected: list[str]
) -> None:
    assert ids(plan(small, only=globs)) == expected


def test_only_respects_case(small: Catalog) -> None:
    with pytest.raises(UsageError):
        plan(small, only=("FLASK-*",))


def test_only_within_another_flask_release(small: Catalog) -> None:
    made = plan(small, only=("*/own-*/*",), flask=("2.2.5",))
    assert ids(made) == ["flask-2.2.5/own-3.1.9/run/py3.11"]


@pytest.mark.parametrize(
    "name",
    [
        "flask-2.2.5/pool-3.0/one/py3.11",
        "flask-3.1.3/pool-2.5.1/two/py3.11",
        "flask-3.1.3/own-3.1.0/run/py3.11",
        "flask-3.1.3/pool-3.0/one/py3.13",
    ],
)
def test_a_cell_outside_of_the_matrix_can_be_selected_by_its_id(
    small: Catalog, name: str
) -> None:
    assert ids(plan(small, only=(name,))) == [name]


def test_a_cell_outside_of_the_matrix_comes_last(small: Catalog) -> None:
    outside = "flask-2.2.5/pool-3.0/one/py3.11"
    assert ids(plan(small, only=(outside, NEWEST[0]))) == [NEWEST[0], outside]


@pytest.mark.parametrize(
    "asked",
    [
        {"flask": ("3.1.3",)},
        {"servers": ("own",)},
        {"servers": ("pool==2.0",)},
    ],
)
def test_a_named_cell_must_match_the_rest_of_the_selection(
    small: Catalog, asked: dict[str, Any]
) -> None:
    name = "flask-2.2.5/pool-3.0/one/py3.11"
    assert ids(plan(small, only=(name,), servers=("pool==3.0",))) == [name]
    with pytest.raises(UsageError, match="matches no cell"):
        plan(small, only=(name,), **asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (
            {"only": ("*/pool-3.0/tow/*",)},
            ["'*/pool-3.0/tow/*' matches no cell; did you mean"],
        ),
        (
            {"only": ("flask-3.1.3/pool-3.0/tow/*",)},
            ["did you mean 'flask-3.1.3/pool-3.0/two/py3.11'"],
        ),
        (
            {"only": (NEWEST[0], "zzz")},
            ["'zzz' matches no cell; ids are like"],
        ),
        (
            {"only": ("flask-3.1.3/pool-3.0/tow/py3.11",)},
            ["no configuration of pool 'tow'", "did you mean two?", "one, two, gone"],
        ),
        (
            {"only": ("flask-3.1.3/pol-3.0/two/py3.11",)},
            ["no server 'pol'", "did you mean pool?"],
        ),
        ({"only": ("flask-three/pool-3.0/two/py3.11",)}, ["'three'", "not a version"]),
        ({"servers": ("pol",)}, ["no server 'pol'", "did you mean pool?", "own, pool"]),
        ({"servers": ("zzz",)}, ["no server 'zzz'; there are: own, pool"]),
        ({"servers": ("pool==",)}, ["--server pool: ''", "not a version"]),
        ({"servers": ("pool==new",)}, ["--server pool: 'new'"]),
        ({"servers": ("pool==1,2",)}, ["'1,2'", "--server-release"]),
        ({"server_releases": ("pol==2.0",)}, ["no server 'pol'", "did you mean pool?"]),
        ({"server_releases": ("pool",)}, ["--server-release 'pool': has no release"]),
        ({"server_releases": ("pool==,",)}, ["no release", "gunicorn==23.0.0,27.0.1"]),
        ({"server_releases": ("pool==2.0,new",)}, ["--server-release pool: 'new'"]),
        (
            {"flask": ("3.2.0.dev0+checkout.1a2b3c4",)},
            ["Flask 3.2.0.dev0+checkout.1a2b3c4 is on no index", "--flask"],
        ),
        (
            {"server_releases": ("pool==3.1+git.1a2b3c4",)},
            ["pool 3.1+git.1a2b3c4 is on no index", "--server-release"],
        ),
        ({"flask": ("3.x",)}, ["--flask: '3.x'", "3.1.3"]),
        ({"python": "pypy"}, ["Python: 'pypy'"]),
    ],
)
def test_an_unknown_name_gets_a_suggestion(
    small: Catalog, asked: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(UsageError) as caught:
        plan(small, **asked)
    for word in words:
        assert word in str(caught.value)


def test_a_flask_release_without_a_series_is_refused(small: Catalog) -> None:
    newest = tuple(s for s in small.matrix.series if s.constraints == "new.txt")
    matrix = msgspec.structs.replace(small.matrix, series=newest)
    gap = msgspec.structs.replace(small, matrix=matrix)
    with pytest.raises(UsageError, match=r"no series of .* has Flask 1\.0\.4"):
        plan(gap, everything=True)


# -------------------------------------------------------------------- planning


def test_an_environment_pins_flask_and_server(small: Catalog) -> None:
    old, _, new, *_ = plan(small, only=("*/own-*/*", "*/one/*")).environments
    assert old.requirements == ("Flask==1.0.4", "Own_Server==0.16.1")
    assert old.constraints == ("Jinja2<3.1",)
    assert new.requirements == ("Flask==1.0.4", "pool==3.0", "six", "setuptools<81")
    assert new.constraints == ("Own-Server==0.16.1", "Jinja2<3.1")


def test_additions_are_for_their_releases_only(small: Catalog) -> None:
    (entry,) = plan(small, only=("flask-3.1.3/pool-2.0/one/*",)).environments
    assert entry.requirements == ("Flask==3.1.3", "pool==2.0", "six")
    assert entry.cells[0].argv == ("{scripts}/pool",)


def test_a_command_has_the_servers_words_then_additions_then_its_own(
    small: Catalog,
) -> None:
    cell = the_cell(small, NEWEST[4])
    assert cell.argv == ("{scripts}/pool", "--quiet", "--threads", "2")
    assert cell.env == {"A": "server", "B": "addition", "C": "configuration"}
    assert cell.requires == ("pool[threads]",)
    assert cell.configuration == "two"


@pytest.mark.parametrize(
    ("python", "release", "constraints"),
    [
        ("3.11", "3.1.9", ('own.server==3.1.9; python_version >= "3.10"',)),
        (
            "3.9",
            "3.0.6",
            (
                'own.server==3.0.6; python_version < "3.10"',
                'Extra==1; python_version < "3.10"',
            ),
        ),
    ],
)
def test_pins_depend_on_the_python(
    small: Catalog, python: str, release: str, constraints: tuple[str, ...]
) -> None:
    made = plan(small, flask=("3.1.3",), python=python)
    assert made.environments[0].environment.server_version == release
    assert made.environments[1].constraints == constraints


def test_the_first_declaration_that_fits_counts(small: Catalog) -> None:
    name = "flask-{}/own-0.16.1/run/py3.11"
    old, new = (the_cell(small, name.format(flask)) for flask in ("0.12", "1.0.4"))
    assert old.declaration == Declaration(
        declared=1, because="Before 1.0.", source="https://example.org/old"
    )
    assert new.declaration == Declaration(
        declared=None, because="Since 1.0.", source="https://example.org/new"
    )
    assert (old.also_offered, new.also_offered) == ((), (400,))


def test_a_declaration_may_depend_on_the_servers_release(small: Catalog) -> None:
    old, new = (the_cell(small, NEWEST[n]).declaration for n in (2, 4))
    assert (old.declared, old.at_first, old.grows) == (7, 3, True)
    assert (new.declared, new.at_first, new.grows) == (2, None, False)


@pytest.mark.parametrize(
    ("name", "platform", "reason"),
    [
        (NEWEST[0], "linux", None),
        (NEWEST[0], "win32", None),
        (NEWEST[5], "linux", None),
        (NEWEST[5], "darwin", None),
        (NEWEST[5], "win32", "needs linux or darwin, not win32: it forks"),
        (
            "flask-3.1.3/pool-3.0/gone/py3.11",
            "linux",
            "needs pool <2, not 3.0: 2.0 removed it",
        ),
        (
            "flask-0.10/own-0.16.1/run/py3.11",
            "linux",
            "needs Flask >=0.11, not 0.10: came with 0.11",
        ),
        (
            "flask-1.0.4/pool-3.0/one/py3.14",
            "linux",
            "needs Python <3.14,>=3.6, not 3.14: Of old",
        ),
        ("flask-3.1.3/pool-2.0/one/py3.9", "linux", None),
        (
            "flask-3.1.3/pool-3.0/one/py3.9",
            "linux",
            "needs Python >=3.10, not 3.9: 3.0 dropped older Pythons",
        ),
        (OLDEST[2], "linux", "excluded: It hangs."),
    ],
)
def test_an_impossible_cell_stays_in_the_plan_with_a_reason(
    small: Catalog, name: str, platform: str, reason: str | None
) -> None:
    assert the_cell(small, name, platform=platform).not_supported == reason


@pytest.mark.parametrize("release", ["1.0rc1", "1.0.dev0", "1.0.post1", "1.0"])
def test_a_pre_release_counts_as_its_release(small: Catalog, release: str) -> None:
    cell = the_cell(small, f"flask-{release}/own-0.16.1/run/py3.11")
    assert cell.declaration.declared is None
    assert cell.not_supported is None


def test_a_pre_release_has_the_pins_of_its_release(small: Catalog) -> None:
    made = plan(small, flask=("2.0rc1",))
    assert made.environments[0].environment.server_version == "3.1.9"


def test_a_newer_flask_uses_the_newest_pins(small: Catalog) -> None:
    made = plan(small, flask=("9.0",))
    assert made.environments[0].environment.server_version == "3.1.9"


def test_the_limit_reaches_each_environment(small: Catalog) -> None:
    assert {e.limit for e in plan(small, limit=500).environments} == {500}
    assert {e.limit for e in plan(small).environments} == {64}


def test_a_plan_is_the_same_each_time(small: Catalog) -> None:
    assert plan(small, everything=True) == plan(small, everything=True)


# --------------------------------------------------------------- what was built


def own_flask(version: str = "3.2.0.dev0", *requires: str) -> Built:
    """A Flask of a user's own, as it was built."""
    return Built(
        package="Flask",
        version=f"{version}+checkout.1a2b3c4",
        origin="./flask",
        wheel="wheels/0123/flask.whl",
        requires=requires,
    )


def test_a_built_release_is_planned_beside_others(small: Catalog) -> None:
    built = own_flask()
    made = plan(small, flask=(built.version, "3.1.3"), servers=("own",), built=(built,))
    release, own = made.environments
    assert str(own.environment) == (
        "flask-3.2.0.dev0+checkout.1a2b3c4/own-3.1.9/py3.11"
    )
    assert (release.built, own.built) == ((), (built,))
    assert own.requirements == ("Own_Server==3.1.9",)
    assert own.sources == {"Flask": "./flask"}
    assert own.cells[0].declaration == release.cells[0].declaration


def test_a_server_can_be_built_too(small: Catalog) -> None:
    built = msgspec.structs.replace(
        own_flask("3.5"), package="pool", origin="git+https://example.org/pool"
    )
    releases = f"pool=={built.version},3.0"
    made = plan(small, server_releases=(releases,), built=(built,))
    release, own = made.environments
    assert release.built == ()
    assert own.built == (built,)
    assert own.requirements == ("Flask==3.1.3", "six", "setuptools<81")
    assert own.cells[0].argv == release.cells[0].argv


def test_the_requirements_of_a_flask_override_the_pins_of_its_series(
    small: Catalog,
) -> None:
    def constraints(*requires: str) -> tuple[str, ...]:
        built = own_flask("3.2.0.dev0", *requires)
        made = plan(
            small, flask=(built.version,), servers=("pool==3.0",), built=(built,)
        )
        return made.environments[0].constraints

    pin = ('own.server==3.1.9; python_version >= "3.10"',)
    assert constraints() == pin
    assert constraints("Own-Server>=3.1", "six") == pin
    assert constraints('Own-Server>=4; extra == "new"') == pin
    assert constraints('Own-Server>=4; python_version < "3.9"') == pin
    assert constraints("Own-Server>=3.2") == ()


def test_a_flask_that_needs_another_server_than_the_pinned_says_so(
    small: Catalog,
) -> None:
    built = own_flask("3.2.0.dev0", "own_server>=3.2")
    asked: dict[str, Any] = {"flask": (built.version,), "built": (built,)}
    (cell,) = cells(plan(small, servers=("own",), **asked))
    assert cell.not_supported == (
        "Flask 3.2.0.dev0+checkout.1a2b3c4 needs Own_Server >=3.2, not 3.1.9: choose "
        "one with --server-release own==RELEASE"
    )
    (cell,) = cells(plan(small, server_releases=("own==3.2.1",), **asked))
    assert cell.not_supported is None


@pytest.mark.parametrize("package", ["Flask", "pool"])
@pytest.mark.parametrize(
    ("python", "fits"), [(">=3.10", True), (">=3.11.4", True), (">=3.12", False)]
)
def test_a_built_release_says_on_which_python_it_runs(
    small: Catalog, package: str, python: str, fits: bool
) -> None:
    built = msgspec.structs.replace(own_flask(), package=package, python=python)
    if package == "Flask":
        asked: dict[str, Any] = {"flask": (built.version,), "servers": ("pool==3.0",)}
    else:
        asked = {"server_releases": (f"pool=={built.version}",)}
    first, *_ = cells(plan(small, built=(built,), **asked))
    why = f"{package} {built.version} needs Python >=3.12, not 3.11"
    assert first.not_supported == (None if fits else why)


@pytest.fixture(scope="module")
def chained(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """A catalog of one server that may run behind a proxy."""
    folder = tmp_path_factory.mktemp("chained")
    return load(folder, servers_chained=CHAINED, proxies_proxy=PROXY)


def test_a_configuration_can_have_its_own_way_to_listen(chained: Catalog) -> None:
    alone = the_cell(chained, "flask-3.1.3/chained-1.0/alone/py3.11")
    proxied = the_cell(chained, "flask-3.1.3/chained-1.0/proxied/py3.11")
    assert alone.argv == ("{scripts}/chained", "--http", "{port}", "--more")
    assert proxied.argv == ("{scripts}/chained", "--other", "{port}", "--more")


def test_a_proxy_is_planned_with_its_file(chained: Catalog) -> None:
    alone = the_cell(chained, "flask-3.1.3/chained-1.0/alone/py3.11")
    proxied = the_cell(chained, "flask-3.1.3/chained-1.0/proxied/py3.11")
    assert alone.front is None
    assert proxied.front == PlannedFront(
        title="Proxy",
        argv=("proxyd", "-p", "{folder}"),
        version=("-v",),
        file="proxy.conf",
        template="listen {port}; { other {upstream}; }",
    )


def test_requirements_of_the_machine_are_checked_on_the_machine(
    chained: Catalog,
) -> None:
    built = NeededHere(programs=("cc", "ld"), because="it is built")
    tried = NeededHere(succeeds=("sh", "{target}/x"), because="newer ones try")
    proxy = NeededHere(programs=("proxyd",), because="install it")
    name = "flask-3.1.3/chained-{}/{}/py3.11"
    for release, configuration, needed in (
        ("1.0", "alone", (built,)),
        ("2.0", "alone", (built, tried)),
        ("1.0", "proxied", (built, proxy)),
    ):
        cell = the_cell(chained, name.format(release, configuration))
        assert cell.needs_here == needed
        assert cell.not_supported is None


# ------------------------------------------------------------- shards, the list


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100])
def test_shards_divide_the_plan(small: Catalog, count: int) -> None:
    whole = plan(small, everything=True)
    parts = shards(whole, count)
    assert len(parts) == min(count, len(whole.environments))
    shared = [entry for part in parts for entry in part.environments]
    assert sorted(shared, key=whole.environments.index) == list(whole.environments)


def test_shards_are_balanced_and_keep_the_order(small: Catalog) -> None:
    whole = plan(small, everything=True)
    parts = shards(whole, 2)
    assert [len(cells(part)) for part in parts] == [6, 6]
    for part in parts:
        order = [whole.environments.index(entry) for entry in part.environments]
        assert order == sorted(order)


def test_shards_of_the_default_selection_are_balanced() -> None:
    """By cost: a cell that is offered a thousand requests costs as much as several."""
    offered = [
        sum(
            max(cell.declaration.declared or 64, *cell.also_offered, 200)
            for cell in cells(part)
        )
        for part in shards(plan(REAL), 2)
    ]
    assert max(offered) - min(offered) <= 1000


def test_a_shard_does_not_count_unmeasured_cells(small: Catalog) -> None:
    asked = ("flask-1.0.4/*", "flask-3.1.3/own-*", "flask-3.1.3/pool-1.5/*")
    parts = shards(plan(small, only=asked, python="3.14", platform="win32"), 2)
    assert ids(parts[0]) == ["flask-3.1.3/own-3.1.9/run/py3.14"]
    assert {cell.not_supported is None for cell in cells(parts[1])} == {False}


def test_the_default_python_is_the_running_one() -> None:
    major, minor = sys.version_info[:2]
    assert Selection().python == f"{major}.{minor}"


def test_the_list_says_what_each_cell_declares(small: Catalog) -> None:
    lines = list_cells(plan(small, everything=True, platform="win32"))
    assert [line.split()[0] for line in lines] == [*OLDEST, *NEWEST]
    said = [line.split(maxsplit=1)[1] for line in lines]
    assert said[0] == "declares no bound"
    assert said[1] == "declares 1"
    assert said[2] == "not supported: excluded: It hangs."
    assert said[5] == "not supported: needs linux or darwin, not win32: it forks"
    assert len({line.index(word) for line, word in zip(lines, said, strict=True)}) == 1


# --------------------------------------------------- the catalog that is delivered


@pytest.mark.parametrize("glob", REAL.matrix.default)
def test_each_glob_of_the_default_selection_matches(glob: str) -> None:
    assert plan(REAL, only=(glob,)).environments


def test_each_exclusion_excludes_something() -> None:
    for exclusion in REAL.matrix.exclusion:
        assert plan(REAL, only=(exclusion.cells,)).environments


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_default_selection_can_be_measured(python: str) -> None:
    made = cells(plan(REAL, python=python))
    assert [cell.id for cell in made if cell.not_supported] == []


@pytest.mark.parametrize(
    ("glob", "declared"),
    [
        ("flask-0.12.5/werkzeug-0.16.1/run/*", 1),
        ("flask-1.0.4/werkzeug-0.16.1/run/*", None),
        ("flask-3.1.3/werkzeug-*/run/*", None),
        ("flask-3.1.3/gunicorn-*/sync-4/*", 4),
        ("flask-3.1.3/gunicorn-*/gthread-2x4/*", 8),
        ("flask-3.1.3/gunicorn-*/gthread-4x2-connections-2/*", 8),
        ("flask-3.1.3/gunicorn-*/gevent/*", 1000),
        ("flask-3.1.3/gunicorn-*/gevent-connections-10/*", 10),
        ("flask-3.1.3/gunicorn-*/gevent-2-connections-10/*", 20),
        ("flask-3.1.3/gunicorn-25.3.0/eventlet/*", 1000),
        ("flask-3.1.3/gunicorn-*/tornado/*", 1),
        ("flask-3.1.3/gunicorn-*/nginx-sync-4/*", 4),
        ("flask-3.1.3/gunicorn-*/nginx-gevent/*", 255),
        ("flask-3.1.3/uwsgi-*/processes-2x4/*", 8),
        ("flask-3.1.3/uwsgi-*/gevent-100/*", 100),
        ("flask-3.1.3/waitress-*/default/*", 4),
        ("flask-3.1.3/uvicorn-*/asgiref/*", 1),
    ],
)
def test_the_default_selection_has_these_cells(glob: str, declared: int | None) -> None:
    cell = the_cell(REAL, glob)
    assert cell.declaration.declared == declared
    assert cell.id in default_ids()


def test_all_selects_everything_behind_a_proxy() -> None:
    behind = {cell.id for cell in cells(plan(REAL, everything=True)) if cell.front}
    small = behind & set(default_ids())
    assert len(small) == 2
    configurations = {cell.split("/")[2] for cell in behind}
    assert configurations > {cell.split("/")[2] for cell in small}


def test_the_loads_of_2018_are_offered_to_threads_only() -> None:
    offered = {
        cell.id.split("/")[0]: cell.also_offered
        for cell in cells(plan(REAL, only=("*/werkzeug-*/run/*",)))
    }
    assert offered["flask-0.12.5"] == ()
    assert offered["flask-1.0.4"] == (400, 500)


@pytest.mark.parametrize(
    ("release", "python", "pin"),
    [
        ("0.10.1", "3.11", "0.16.1"),
        ("1.0.4", "3.11", "0.16.1"),
        ("1.1.4", "3.11", "1.0.1"),
        ("2.0.3", "3.11", "2.0.3"),
        ("2.1.3", "3.7", "2.2.3"),
        ("2.2.5", "3.11", "2.3.8"),
        ("2.3.3", "3.11", "3.0.6"),
        ("3.0.3", "3.8", "3.0.6"),
        ("3.0.3", "3.11", "3.1.9"),
        ("3.1.3", "3.11", "3.1.9"),
        ("3.2.0rc1", "3.11", "3.1.9"),
    ],
)
def test_flasks_own_server_has_a_werkzeug_of_its_time(
    release: str, python: str, pin: str
) -> None:
    made = plan(REAL, flask=(release,), servers=("werkzeug",), python=python)
    assert [e.environment.server_version for e in made.environments] == [pin]


@pytest.mark.parametrize(
    ("release", "flag", "setuptools"),
    [
        ("20.1.0", False, True),
        ("21.0.0", False, False),
        ("25.0.3", False, False),
        ("25.1.0", True, False),
        ("27.0.1", True, False),
    ],
)
def test_gunicorn_gets_what_its_release_needs(
    release: str, flag: bool, setuptools: bool
) -> None:
    made = plan(REAL, only=(f"flask-3.1.3/gunicorn-{release}/default/py3.11",))
    (entry,) = made.environments
    assert ("--no-control-socket" in entry.cells[0].argv) is flag
    assert ("setuptools<81" in entry.requirements) is setuptools


def test_uwsgi_is_always_rebuilt() -> None:
    plan = make_plan(REAL, Selection(servers=("uwsgi",), flask=("3.1.3",)))
    assert [environment.build_env for environment in plan.environments] == [
        {"UWSGI_FORCE_REBUILD": "1"}
    ]
