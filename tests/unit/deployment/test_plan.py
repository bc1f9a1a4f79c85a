"""The cell of a deployment is named by what is known of its server."""

from pathlib import Path

import msgspec
import pytest

from harness.deployment.declared.promise import Promise
from harness.deployment.plan import plan_deployment
from harness.deployment.prepare import NotPrepared
from harness.records.plan import Environment
from harness.report import words
from tests.builders.deployments import cell
from tests.builders.deployments import deployment
from tests.builders.deployments import prepared

FLASK = {"flask": "3.1.3", "python": "3.13.1"}


def planned(
    folder: Path, command: str, versions: dict[str, str], server: str = ""
) -> str:
    promise = Promise(server, 4, "", "") if server else None
    ready = prepared(folder, command)._replace(promise=promise, versions=versions)
    return str(plan_deployment(ready, None).environment)


@pytest.mark.parametrize(
    ("command", "server", "name"),
    [
        ("supervisord -n", "", "supervisord"),
        ("./bin/serve --all", "", "serve"),
        ("python serve.py", "waitress", "waitress-3.0.2"),
        ("gunicorn a:a", "gunicorn", "gunicorn"),
    ],
)
def test_no_release_is_invented(
    command: str, server: str, name: str, tmp_path: Path
) -> None:
    versions = {**FLASK, "waitress": "3.0.2"}
    assert planned(tmp_path, command, versions, server) == (
        f"flask-3.1.3/{name}/py3.13"
    )


def test_a_deployment_that_cannot_start_is_named_by_its_program() -> None:
    given = msgspec.structs.replace(deployment(), command="poetry run lemur start")
    (planned_cell,) = plan_deployment(NotPrepared(given, "x"), None).cells
    assert planned_cell.id.split("/")[1] == "lemur"


def test_a_report_names_a_server_without_a_release() -> None:
    found = msgspec.structs.replace(cell(4), server_title="shopd", server_version="")
    assert words.release(found) == "shopd"


def test_evidence_of_older_releases_keeps_its_names() -> None:
    environment = Environment(
        flask="3.1.3", server="shopd", server_version="0", python="3.13"
    )
    assert str(environment.cell("web")) == "flask-3.1.3/shopd-0/web/py3.13"
