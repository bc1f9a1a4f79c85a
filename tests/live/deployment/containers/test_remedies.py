"""Printed remedies for containers are applied, and a real engine measures the result.

They are in ``tests/deployments/kinds/container-remedies.toml``.
"""

import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

from harness.deployment.containers.mounts import MOST_BYTES
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.conftest import ROOT
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import DOCKERFILE
from tests.live.deployment.containers.conftest import SHOP
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.tables import check_all
from tests.live.deployment.containers.tables import check_refused
from tests.live.deployment.containers.tables import is_started

FILE = ROOT / "tests" / "deployments" / "kinds" / "container-remedies.toml"

REMEDIES: list[dict[str, Any]] = tomllib.loads(FILE.read_text())["remedy"]

SAID = ("outcome", "says", "refused", "values")
"""Keys for the message of a check before a remedy is applied."""


def applied(remedy: dict[str, Any]) -> dict[str, Any]:
    """Return a deployment after its remedy was applied."""
    old, new = remedy["replace"], remedy.get("with", "")
    where = remedy.get("where", "command")
    before = {k: v for k, v in remedy.items() if k not in SAID}
    after = dict(before)
    if where == "command":
        after["command"] = remedy["command"].replace(old, new, 1)
    elif where in remedy.get("files", {}):
        files = remedy["files"]
        after["files"] = {**files, where: files[where].replace(old, new, 1)}
    else:
        after["keys"] = {k: v for k, v in remedy["keys"].items() if k != old}
    assert after != before
    return {**after, "handled": 4}


def folder_with(folder: Path) -> Path:
    """Make a folder with what a table cannot describe: a pipe, and a large file."""
    (folder / "no-file").mkdir(parents=True)
    os.mkfifo(folder / "no-file" / "pipe")
    (folder / "large").mkdir()
    with (folder / "large" / "large").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    return folder


def test_a_remedy_for_containers_works_as_printed(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("fcm-other")
    user.network("fcm-taken", "--subnet", "10.213.0.0/24")
    check_refused(check, folder_with(tmp_path / "before"), REMEDIES)
    started = [each for each in REMEDIES if is_started(each)]
    check_all(check, folder_with(tmp_path / "started"), started)
    # Many lead to the same command, which is measured once.
    several = {
        (
            each["command"].replace("{folder}/", ""),
            *each.get("files", {}).values(),
        ): each
        for each in map(applied, REMEDIES)
    }
    check_all(check, folder_with(tmp_path / "after"), [*several.values()])


def test_a_dockerfiles_image_is_built_and_measured(
    check: Check, engine: None, tmp_path: Path
) -> None:
    text = DOCKERFILE.replace('["gunicorn"', '["/srv/start", "gunicorn"')
    text = text.replace("COPY shop.py .", "COPY shop.py start ./")
    (tmp_path / "Dockerfile").write_text(text)
    (tmp_path / "shop.py").write_text(SHOP)
    write_program(tmp_path / "start", '#!/bin/sh\nexec "$@"\n')
    refused = check(tmp_path)
    said = re.search(r"; build the image .*? -- (.*?);", refused.message)
    assert said, refused.message
    docker("build", "--quiet", "--tag", "fcm-test-built", str(tmp_path))
    try:
        command = said[1].replace("IMAGE", "fcm-test-built")
        checked = check(tmp_path, "--declared", "4", "--", *shlex.split(command))
    finally:
        docker("rmi", "--force", "fcm-test-built")
    assert checked.code == 0
    assert checked.cells["deployment"]["ceiling"] == 4
