"""Infrastructure as code tells what a platform sends and starts."""

from pathlib import Path
from typing import Any

import pytest

from harness.deployment.platforms.read import instances_in
from harness.deployment.repository.find import find
from harness.records.declares import Sending
from harness.records.declares import SendVerdict
from harness.records.health import CheckBy
from harness.records.health import HealthCheck
from tests.builders import infrastructure as files
from tests.builders.platforms import one

DOCKERFILE = "FROM python\nCMD gunicorn -w 2 --threads 4 app:app\n"


def sent(folder: Path, name: str, text: str, **others: str) -> Sending:
    """Return what ``declares`` reports about a platform's file beside a Dockerfile."""
    for other, inner in {"Dockerfile": DOCKERFILE, **others}.items():
        (folder / other.replace("__", ".")).write_text(inner)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    (found,) = find(folder, 2).sendings
    return found


# ------------------------------------------------------- the verdict on the line


@pytest.mark.parametrize(
    ("name", "text", "line", "key"),
    [
        (
            "main.tf",
            files.TERRAFORM_CLOUD_RUN.replace("var.concurrency", "10"),
            10,
            "max_instance_request_concurrency",
        ),
        (
            "main.tf",
            files.TERRAFORM_CLOUD_RUN_V1.replace("WEB_CONCURRENCY", "OTHER"),
            5,
            "container_concurrency",
        ),
        ("main.tf", files.TERRAFORM_APP_RUNNER, 3, "max_concurrency"),
        ("main.bicep", files.BICEP, 40, "concurrentRequests"),
    ],
)
def test_requests_beyond_the_apps_number_wait(
    tmp_path: Path, name: str, text: str, line: int, key: str
) -> None:
    found = sent(tmp_path, name, text)
    verb = "sends" if found.most else "aims at"
    assert found.reason == f"the platform {verb} 10, the app takes 8: two wait"
    assert found.verdict is SendVerdict.MORE
    assert (found.file, found.line) == (name, line)
    assert found.remedy.startswith(f"set {key} to 8 in {name}:{line}, or let ")
    assert text.splitlines()[line - 1].strip().startswith(("http", key))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.tf", files.TERRAFORM_CLOUD_RUN.replace("var.concurrency", "8")),
        ("main.tf", files.TERRAFORM_APP_RUNNER.replace("10", "8")),
        ("main.bicep", files.BICEP.replace("int = 10", "int = 8")),
    ],
)
def test_equal_numbers_are_no_finding(tmp_path: Path, name: str, text: str) -> None:
    assert sent(tmp_path, name, text).verdict is SendVerdict.AS_MANY


@pytest.mark.parametrize(
    ("name", "text", "takes", "verdict"),
    [
        ("main.tf", files.TERRAFORM_CONTAINER_APPS, 4, SendVerdict.MORE),
        ("main.tf", files.TERRAFORM_ECS, 4, SendVerdict.NO_LIMIT),
        ("main.tf", files.TERRAFORM_APP_SERVICE, 3, SendVerdict.NO_LIMIT),
        ("task.json", files.ECS, 8, SendVerdict.NO_LIMIT),
        ("stack.yaml", files.ECS_CLOUDFORMATION, 3, SendVerdict.NO_LIMIT),
        ("service.yaml", files.APP_RUNNER_SERVICE, 2, SendVerdict.MORE),
        ("render.yaml", files.RENDER, 8, SendVerdict.NO_LIMIT),
        (".do/app.yaml", files.DIGITALOCEAN, 8, SendVerdict.NO_LIMIT),
        ("railway.toml", files.RAILWAY, 8, SendVerdict.NO_LIMIT),
        ("railway.json", files.RAILWAY_JSON, 3, SendVerdict.NO_LIMIT),
        ("shop.nomad.hcl", files.NOMAD, 4, SendVerdict.NO_LIMIT),
        ("heroku.yml", files.HEROKU_YML, 8, SendVerdict.NO_LIMIT),
    ],
)
def test_the_command_in_the_platforms_file_comes_first(
    tmp_path: Path, name: str, text: str, takes: int, verdict: SendVerdict
) -> None:
    found = sent(tmp_path, name, text)
    assert (found.takes, found.verdict) == (takes, verdict)
    assert found.of.startswith(f"{name}:")


def test_a_missing_limit_is_stated(tmp_path: Path) -> None:
    found = sent(tmp_path, "render.yaml", files.RENDER)
    assert found.reason == (
        "Render sends any number, the app takes 8; Render documents no limit to what "
        "it sends an instance"
    )


def test_a_limit_from_another_file_is_named(tmp_path: Path) -> None:
    remedy = sent(tmp_path, "service.yaml", files.APP_RUNNER_SERVICE).remedy
    assert remedy.startswith("set MaxConcurrency to 2 in an AutoScalingConfiguration")


# ------------------------------------------------------------------ variables


def test_terraform_variables_are_filled_in(tmp_path: Path) -> None:
    first = sent(
        tmp_path,
        "main.tf",
        files.TERRAFORM_CLOUD_RUN,
        variables__tf=files.VARIABLES,
    )
    assert (first.most, first.line) == (80, 10), "its default"
    second = tmp_path / "second"
    second.mkdir()
    found = sent(
        second,
        "main.tf",
        files.TERRAFORM_CLOUD_RUN,
        variables__tf=files.VARIABLES,
        terraform__tfvars="concurrency = 10\n",
    )
    assert found.most == 10


def test_a_variable_without_a_value_is_reported(tmp_path: Path) -> None:
    found = sent(tmp_path, "main.tf", files.TERRAFORM_CLOUD_RUN)
    assert found.verdict is SendVerdict.UNKNOWN
    assert found.reason == (
        "max_instance_request_concurrency is var.concurrency, which no file here sets; "
        "give it a default, or a value in terraform.tfvars"
    )


# ---------------------------------------------------------------------- sizes


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "main.tf",
            files.TERRAFORM_CLOUD_RUN.replace("var.concurrency", "1"),
            {"name": "shop", "processors": 2.0, "memory": "1Gi"},
        ),
        (
            "main.tf",
            files.TERRAFORM_CLOUD_RUN_V1,
            {"processors": 1.0, "variables": {"WEB_CONCURRENCY": "3"}},
        ),
        ("main.tf", files.TERRAFORM_CONTAINER_APPS, {"processors": 0.5}),
        ("main.bicep", files.BICEP, {"processors": 0.5, "memory": "1Gi"}),
        (
            "task.json",
            files.ECS,
            {"processors": 0.5, "memory": "1024 MiB", "variables": {"A": "b"}},
        ),
        (
            "stack.yaml",
            files.ECS_CLOUDFORMATION,
            {"name": "web", "variables": {"WEB_CONCURRENCY": "3"}},
        ),
        (
            "service.yaml",
            files.APP_RUNNER_SERVICE,
            {"processors": 1.0, "memory": "2048 MB", "aims": 100},
        ),
        ("render.yaml", files.RENDER, {"name": "shop", "processors": 2}),
        ("shop.nomad.hcl", files.NOMAD, {"processors": 2.0, "memory": "512 MB"}),
        ("values.yaml", files.HELM_VALUES, {"processors": 0.5, "memory": "512Mi"}),
    ],
)
def test_sizes_and_variables_are_read(
    name: str, text: str, expected: dict[str, Any]
) -> None:
    found = one(name, text)._asdict()
    assert {key: found[key] for key in expected} == expected


# --------------------------------------------------------------- health checks


def check(name: str, text: str) -> HealthCheck:
    found = one(name, text).check
    assert found is not None
    return found


def test_health_checks_are_read() -> None:
    terraform = files.TERRAFORM_CLOUD_RUN.replace("var.concurrency", "1")
    run = check("main.tf", terraform)
    assert (run.path, run.period, run.timeout) == ("/healthz", 20, 1)
    bicep = check("main.bicep", files.BICEP)
    assert (bicep.path, bicep.period, bicep.failures) == ("/healthz", 10, 3)
    for name, text in (("task.json", files.ECS), ("main.tf", files.TERRAFORM_ECS)):
        ecs = check(name, text)
        assert (ecs.path, ecs.timeout) == ("/healthz", 5)
    assert check("task.json", files.ECS).failures == 2
    runner = check("service.yaml", files.APP_RUNNER_SERVICE)
    assert (runner.by, runner.path, runner.period) == (CheckBy.HTTP, "/healthz", 10)
    ocean = check("app.yaml", files.DIGITALOCEAN)
    assert (ocean.path, ocean.timeout, ocean.failures) == ("/healthz", 1, 9)


def test_a_health_check_without_a_path_is_by_tcp() -> None:
    service = files.APP_RUNNER_SERVICE.replace("Protocol: HTTP, ", "")
    assert check("service.yaml", service).by is CheckBy.TCP
    spec = files.DIGITALOCEAN.replace("http_path: /healthz", "period_seconds: 5")
    assert check("app.yaml", spec).by is CheckBy.TCP


def test_undocumented_settings_of_render_are_marked_as_assumed() -> None:
    render = check("render.yaml", files.RENDER)
    assert (render.path, render.timeout) == ("/healthz", 5)
    assert "every 5 s and 12 as the number of failures are assumed" in render.says


# ------------------------------------------------------------------------ Helm


def test_a_helm_template_must_be_rendered(tmp_path: Path) -> None:
    found = sent(tmp_path, "shop/templates/deployment.yaml", files.HELM_TEMPLATE)
    assert found.verdict is SendVerdict.UNKNOWN
    assert "helm template shop > rendered.yaml" in found.reason


VALUES = """\
image: {repository: shop, tag: "1"}
workers: 3
ingress: {enabled: false}
probe: {path: /healthz, seconds: 2}
resources: {limits: {cpu: 500m, memory: 512Mi}}
env: [{name: THREADS, value: "2"}]
"""
DEPLOYMENT = """\
{{- /* one
for each */}}
{{- if WHEN }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.name" . }}
  labels:
    app: shop
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: {{ .Values.replicas | default 2 }}
  template:
    spec:
      {{- with .Values.secrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- with .Values.probe }}
          livenessProbe:
            {httpGet: {path: {{ .path }}}, timeoutSeconds: {{ .seconds | int }}}
          {{- end }}
          {{- if .Values.debug }}
          command: [flask, run]
          {{- else if .Values.workers }}
          command: [gunicorn, -w, {{ .Values.workers | quote }}, --threads, $(THREADS)]
          {{- else }}
          command: [gunicorn]
          {{- end }}
          env: {{- toYaml $.Values.env | nindent 12 }}
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
{{- end }}
"""


@pytest.mark.parametrize(
    ("when", "sent_to"),
    [
        (".Values.workers", ["29: 6, 0.5 processors, /healthz 2 s"]),
        ("not .Values.ingress.enabled", ["29: 6, 0.5 processors, /healthz 2 s"]),
        ('eq .Values.image.tag "1"', ["29: 6, 0.5 processors, /healthz 2 s"]),
        ("and .Values.workers .Values.ingress.enabled", []),
        (".Values.ingress.enabled", []),
        ("or .Values.nothing .Values.workers", ["29: 6, 0.5 processors, /healthz 2 s"]),
        ("or .Values.workers 5 | eq 3", ["29: 6, 0.5 processors, /healthz 2 s"]),
        ("eq .Values.workers 4 3", ["29: 6, 0.5 processors, /healthz 2 s"]),
        ("ne .Values.workers 3", []),
    ],
)
def test_a_helm_template_is_filled_in_with_the_chart_values(
    when: str, sent_to: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "shop" / "templates" / "deployment.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(DEPLOYMENT.replace("WHEN", when))
    (tmp_path / "shop" / "values.yaml").write_text(VALUES)
    found = find(tmp_path, 2)
    checks = [each.check for each in instances_in(path) if each.check]
    assert sent_to == [
        f"{place.line}: {place.declared}, {sending.processors} processors, "
        f"{check.path} {check.timeout:g} s"
        for place, sending, check in zip(
            found.places, found.sendings, checks, strict=True
        )
    ]


@pytest.mark.parametrize(
    "action",
    [
        "{{ range .Values.env }}{{ end }}",
        "{{ $x := 1 }}",
        "{{ tpl .Values.image.tag . }}",
        "{{ lookup .Values.env }}",
        "{{ if (eq .Values.workers 3) }}{{ end }}",
        "{{ }}",
        "{{ 'a }}",
        "{{ else }}",
        "{{ end }}: {{",
    ],
)
def test_expressions_that_only_helm_can_evaluate_are_left_alone(
    action: str, tmp_path: Path
) -> None:
    template = DEPLOYMENT.replace("WHEN", ".Values.workers")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "values.yaml").write_text(VALUES)
    text = f"{action}\n{template}"
    found = sent(tmp_path, "shop/templates/deployment.yaml", text)
    assert "helm template shop > rendered.yaml" in found.reason


def test_helm_templates_without_containers_are_ignored(tmp_path: Path) -> None:
    folder = tmp_path / "shop" / "templates"
    folder.mkdir(parents=True)
    path = folder / "service.yaml"
    path.write_text("apiVersion: v1\nkind: Service\nmetadata: {{ x }}\n")
    assert instances_in(path) == []
    other = tmp_path / "deployment.yaml"
    other.write_text(files.HELM_TEMPLATE)
    assert instances_in(other) == [], "it is in no chart"


def test_helm_values_can_set_the_command(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text(files.HELM_VALUES)
    found = find(tmp_path, 2)
    assert [(e.declared, e.line) for e in found.places] == [(8, 5)]
    assert found.sendings == (), "nothing in it limits what is sent"
