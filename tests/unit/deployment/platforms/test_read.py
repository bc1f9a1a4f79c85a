"""Files of platforms are read as the data about each platform says."""

from pathlib import Path
from typing import Any

import pytest

from harness.deployment.platforms.read import instances
from harness.records.health import CheckBy
from harness.records.health import Consequence
from tests.builders import platforms as files
from tests.builders.platforms import one

KNATIVE = files.CLOUD_RUN.replace("run.googleapis.com/", "example.com/")


SOFT = KNATIVE.replace(
    "    spec:\n      containerConcurrency: 10\n",
    "    metadata:\n"
    "      annotations: {autoscaling.knative.dev/target: 7}\n"
    "    spec:\n",
)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "service.yaml",
            files.CLOUD_RUN,
            {"title": "Cloud Run", "most": 10, "line": 9, "processors": 2.0},
        ),
        (
            "service.yaml",
            files.CLOUD_RUN.replace("      containerConcurrency: 10\n", ""),
            {"title": "Cloud Run", "most": 160, "written": "", "name": "shop"},
        ),
        (
            "service.yaml",
            KNATIVE.replace("containerConcurrency: 10", "containerConcurrency: 0"),
            {"title": "Knative", "most": None, "aims": None},
        ),
        ("service.yaml", KNATIVE, {"title": "Knative", "most": 10}),
        (
            "service.yaml",
            SOFT,
            {"title": "Knative", "most": None, "aims": 7, "line": 9},
        ),
        (
            "fly.toml",
            files.FLY,
            {"title": "Fly", "most": 25, "aims": 20, "of": "requests", "line": 11},
        ),
        ("fly.toml", files.FLY, {"processors": 2, "memory": "512MB"}),
        (
            "fly.toml",
            "[[services]]\ninternal_port = 80\n",
            {"most": None, "aims": 20, "of": "connections", "processors": 1},
        ),
        (
            "app.yaml",
            files.APP_ENGINE,
            {"title": "App Engine", "most": 40, "line": 5, "memory": "768MB"},
        ),
        ("app.yaml", "runtime: python312\n", {"most": 10, "memory": "384MB"}),
        (
            "app.yaml",
            "runtime: python312\nmanual_scaling: {instances: 1}",
            {"most": None},
        ),
        (
            "app.yaml",
            "runtime: python\nenv: flex\n"
            "automatic_scaling: {target_concurrent_requests: 6}\n",
            {"most": None, "aims": 6, "line": 3},
        ),
        (
            "stack.yaml",
            files.CLOUDFORMATION,
            {"title": "App Runner", "most": None, "aims": 60, "line": 4},
        ),
        ("apprunner.yaml", files.APP_RUNNER, {"title": "App Runner", "aims": 100}),
        (
            "app.yml",
            files.CONTAINER_APPS,
            {"title": "Azure Container Apps", "aims": 30, "processors": 0.5},
        ),
        (
            "azuredeploy.json",
            files.APP_SERVICE,
            {"title": "Azure App Service", "most": None, "aims": None, "name": "shop"},
        ),
        (
            "app.json",
            files.HEROKU,
            {"title": "Heroku", "variables": {"WEB_CONCURRENCY": "17"}},
        ),
    ],
)
def test_limits_and_sizes_are_read(
    name: str, text: str, expected: dict[str, Any]
) -> None:
    found = one(name, text)
    seen = {**found._asdict(), "title": found.platform.title}
    assert {key: seen[key] for key in expected} == expected


def test_each_container_counts_as_an_instance() -> None:
    web, sidecar = instances(Path("k.yaml"), files.KUBERNETES)
    assert (web.name, sidecar.name) == ("web", "sidecar")
    assert (web.processors, web.memory, web.limit) == (0.5, "512Mi", None)
    assert [line.text for line in web.starts] == ["gunicorn -w 2 app:app"]
    assert web.counted_processors is None, "it sees those of the node"


def test_one_of_the_containers_that_share_a_limit_gets_the_requests() -> None:
    sidecar = "      containers:\n        - {image: proxy, name: sidecar}\n"
    text = files.CLOUD_RUN.replace("      containers:\n", sidecar)
    first = one("service.yaml", text)
    assert first.name == "sidecar"
    ports = text.replace("- image: gcr.io/shop", "- ports: [{containerPort: 80}]")
    assert one("service.yaml", ports).processors == 2


def test_a_variable_from_a_secret_is_unknown() -> None:
    secret = "env: [{name: WORKERS, valueFrom: {secretKeyRef: {name: x}}}]"
    known = 'env: [{name: WORKERS, value: "3"}]'
    text = files.CLOUD_RUN.replace(known, secret)
    assert one("service.yaml", text).variables == {}


def test_generated_files_are_not_read() -> None:
    assert instances(Path("service.yaml"), files.CLOUD_RUN + "#" * 400_000) == []


def test_monitoring_checks_of_fly_are_ignored() -> None:
    text = "[http_service]\ninternal_port = 80\n"
    text += "[checks.health]\npath = '/h'\ninterval = '15s'\n"
    check = one("fly.toml", text).check
    assert check is not None
    assert (check.path, check.period, check.then) == ("/h", 15, Consequence.MARKS)


def test_limits_of_proxies_are_read() -> None:
    server, everyone = instances(Path("nginx.conf"), files.NGINX)
    assert (server.most, server.line, server.key) == (20, 4, "max_conns")
    assert (everyone.most, everyone.key) == (50, "limit_conn")
    default, web = instances(Path("haproxy.cfg"), files.HAPROXY)
    assert [(e.most, e.name) for e in (default, web)] == [
        (12, "default-server"),
        (30, "web1"),
    ]


# ------------------------------------------------------------------ what it starts


def test_the_command_and_the_variables_of_an_instance_are_read() -> None:
    run = one("service.yaml", files.CLOUD_RUN)
    assert [start.text for start in run.starts] == ["gunicorn -w '${WORKERS}' app:app"]
    assert run.variables == {"WORKERS": "3"} and run.counted_processors == 2
    fly = one("fly.toml", files.FLY)
    named = [(e.what, e.text) for e in fly.starts]
    assert named == [(f"{fly.platform.title} app", "gunicorn app:app")]
    assert fly.variables["WEB_CONCURRENCY"] == "4"
    assert one("azure.json", files.APP_SERVICE).starts[0].text.startswith("gunicorn")


GROUPS = """\
[processes]
web = "gunicorn -w 2 shop:app"
api = "gunicorn -w 3 shop:api"
[[services]]
internal_port = 8080
processes = ["web"]
[[services]]
internal_port = 8081
processes = ["api"]
[[services]]
internal_port = 8082
[[vm]]
memory_mb = 512
"""


def test_a_service_of_fly_starts_its_own_processes() -> None:
    several = instances(Path("fly.toml"), GROUPS)
    named = [[each.text[12:13] for each in fly.starts] for fly in several]
    assert named == [["2"], ["3"], ["2", "3"]]
    assert {each.memory for each in several} == {"512 MB"}


def test_a_command_of_fly_in_place_of_that_of_the_image_is_read() -> None:
    text = '[experimental]\ncmd = ["gunicorn", "-w", "4", "a:a"]\n[http_service]\n'
    (start,) = one("fly.toml", f"{text}internal_port = 80\n").starts
    assert start.text == "gunicorn -w 4 a:a"


# --------------------------------------------------------------------- health checks


def test_health_checks_are_read() -> None:
    run = one("service.yaml", files.CLOUD_RUN).check
    assert run is not None
    assert (run.path, run.timeout, run.headers) == ("/live", 4, {"X": "y"})
    assert (run.line, run.then) == (15, Consequence.RESTARTS)
    web, sidecar = (e.check for e in instances(Path("k.yaml"), files.KUBERNETES))
    assert web is not None and sidecar is not None
    assert (web.path, web.port, web.period, web.failures) == ("/live", 9000, 5, 2)
    assert (sidecar.by, sidecar.then) == (CheckBy.TCP, Consequence.NO_REQUESTS)
    fly = one("fly.toml", files.FLY).check
    assert fly is not None
    assert (fly.period, fly.timeout, fly.failures) == (90, 0.5, 1)
    assert fly.headers == {"X-Forwarded-Proto": "https"}
    web, db = (e.check for e in instances(Path("compose.yaml"), files.COMPOSE))
    assert web is not None and db is None
    assert (web.path, web.period, web.timeout) == ("/healthz", 10, 30)
    assert web.after_answer and web.then is Consequence.MARKS


FLY_CHECK = "[http_service]\n[[http_service.checks]]\npath = '/h'\n"


def test_numbers_of_fly_without_a_unit_are_milliseconds() -> None:
    text = FLY_CHECK + "interval = 10000\ntimeout = 2000\n"
    check = one("fly.toml", text).check
    assert check is not None
    assert (check.period, check.timeout) == (10, 2)
    assert "every" not in check.says


def test_assumptions_are_stated() -> None:
    check = one("fly.toml", FLY_CHECK + "interval = '20s'\n").check
    assert check is not None
    assert (check.period, check.timeout, check.failures) == (20, 2, 1)
    assert check.says == (
        "as fly.toml:2 says; 2 s to answer and 1 as the number of failures are "
        "assumed, since no page documents a default"
    )
    cloud_run = one("service.yaml", files.CLOUD_RUN).check
    assert cloud_run is not None and "assumed" not in cloud_run.says


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("runtime: python312\n", "384MB"),
        ("runtime: python312\nbasic_scaling: {max_instances: 2}\n", "768MB"),
        ("runtime: python312\ninstance_class: B8\nmanual_scaling: {}\n", "3072MB"),
    ],
)
def test_the_default_size_depends_on_how_it_scales(text: str, memory: str) -> None:
    assert one("app.yaml", text).memory == memory


def test_a_variable_that_is_computed_is_marked() -> None:
    text = '{"formation": {"web": {"size": "%s"}}, "env": {%s}}'
    documented = one("app.json", text % ("performance-l", ""))
    assert (documented.variables, documented.computed) == (
        {"WEB_CONCURRENCY": "17"},
        (),
    )
    assert one("app.json", text % ("performance-xl", "")).computed == (
        "WEB_CONCURRENCY",
    )
    given = one("app.json", text % ("performance-xl", '"WEB_CONCURRENCY": "3"'))
    assert (given.variables, given.computed) == ({"WEB_CONCURRENCY": "3"}, ())


@pytest.mark.parametrize(
    ("probe", "how"),
    [
        ("exec: {command: [cat, /tmp/ok]}", "runs a program in the container (exec)"),
        ("grpc: {port: 50051}", "asks by gRPC"),
    ],
)
def test_an_unsupported_health_check_is_named(probe: str, how: str) -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: shop\n"
        f"    livenessProbe:\n      {probe}\n"
    )
    found = one("pod.yaml", text)
    assert found.check is None
    assert found.not_asked == f"livenessProbe in line 6 {how}"


# ------------------------------------------------------------------------ bad files


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        (
            "service.yaml",
            files.CLOUD_RUN.replace("Concurrency: 10", "Concurrency: t"),
            "containerConcurrency is 't'; write a number",
        ),
        ("fly.toml", "[http_service", "it is not TOML"),
        ("compose.yaml", "services: [", "it is not YAML in line 2"),
        ("haproxy.cfg", "server a b maxconn many\n", "maxconn is 'many'"),
    ],
)
def test_a_bad_file_has_one_clear_error(name: str, text: str, why: str) -> None:
    (found,) = instances(Path(name), text)
    assert why in found.problem


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.yaml", "apiVersion: {{ .Values.version }}\n"),
        ("k.yaml", "apiVersion: v1\nkind: Service\nspec: {ports: []}\n"),
        ("k.yaml", "just a text"),
        (
            "nginx.conf",
            "limit_conn_zone $remote_addr zone=a:1m;\nlimit_conn a 5;",
        ),
        ("package.json", '{"name": "x"}'),
        ("app.py", "x = 1"),
        ("mkdocs.yml", "nav: []"),
    ],
)
def test_unrelated_files_are_ignored(name: str, text: str) -> None:
    assert instances(Path(name), text) == []


POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - {name: web, image: shop}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
spec:
  template:
    spec:
      containers:
        - {name: migrate, image: shop, command: [flask, db, upgrade]}
"""
HOOK = POD.replace("{name: web}", '{annotations: {"helm.sh/hook": test}}')


@pytest.mark.parametrize("other", [JOB, HOOK])
def test_instances_that_get_no_requests_are_ignored(other: str) -> None:
    assert instances(Path("web.yaml"), other) == []
    assert one("web.yaml", f"{other}---\n{POD}").name == "web"
