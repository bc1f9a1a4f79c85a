"""A container of a check reaches nothing outside, and nothing outside finds it."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import COMPOSE
from tests.live.deployment.containers.conftest import compose
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import PART
from tests.live.deployment.containers.conftest import RUN
from tests.live.deployment.containers.conftest import run
from tests.live.deployment.containers.conftest import User

SERVE = "exec gunicorn shop:app --threads 4 --bind 0.0.0.0:8000"

SHARED = Path(f"/dev/shm/fcm-test-shop-{os.getpid()}-{PART[0]}")
"""Shared memory of the user, if the engine is on this machine."""

# The app prints what it reaches, and the names that others could find it by.
REACH = (
    f"rm -f {SHARED}; ls /dev; mknod /tmp/any b 7 0; head -c 1 /tmp/any; "
    "grep -q ' /proc/sys ro' /proc/self/mountinfo && echo settings are read only; "
    f"echo named $VIRTUAL_HOST.; {SERVE}"
)

OPTIONS = (
    "--ipc host --device /dev/loop0 --device-cgroup-rule 'b *:* rwm' "
    "--security-opt systempaths=unconfined --cgroup-parent /shop -v /dev:/dev "
    "-l traefik.enable=true -l caddy=shop.example -e VIRTUAL_HOST=shop.example"
)

SERVICE = f"""{COMPOSE}
    ipc: host
    device_cgroup_rules: ["b *:* rwm"]
    security_opt: [systempaths=unconfined]
    cgroup_parent: /shop
    network_mode: production
    volumes: ["/dev:/dev"]
    labels: {{ traefik.enable: "true", caddy: shop.example }}
    environment: {{ VIRTUAL_HOST: shop.example }}
    command: sh -c "{REACH.replace("$", "$$")}"
"""


@pytest.mark.parametrize("way", ["run", "compose"])
def test_a_container_reaches_nothing_and_cannot_be_found(
    check: Check, user: User, tmp_path: Path, way: str
) -> None:
    user.container("shop", "--network", user.network("production"))
    SHARED.write_text("production\n")
    begun = time.time()
    try:
        if way == "run":
            checked = run(check, tmp_path, f'{RUN} {OPTIONS} {IMAGE} sh -c "{REACH}"')
        else:
            checked = compose(check, tmp_path, SERVICE)
        assert SHARED.read_text() == "production\n"
    finally:
        SHARED.unlink()
    log = checked.log()
    assert "named .\n" in log and "settings are read only" in log
    assert "loop0" not in log and "/tmp/any: Operation not permitted" in log
    since = ("--since", f"{begun:.3f}", "--until", f"{time.time():.3f}")
    made = ("--filter", "event=create", "--filter", "type=container")
    events = docker("events", *since, *made, "--format", "{{json .Actor.Attributes}}")
    assert '"traefik.enable":"false"' in events and "caddy" not in events


def test_mounts_are_recognized_in_every_notation(
    check: Check, user: User, tmp_path: Path
) -> None:
    for name in ("mine", "with,comma"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows").write_text("production\n")
    first = f"--mount Type=Bind,Source={tmp_path}/mine,Target=/mine"
    second = f"--mount '\"src={tmp_path}/with,comma\",dst=/data,TYPE=bind'"
    checked = run(check, tmp_path, f"{RUN} {first} {second} {IMAGE}")
    for name, place in (("mine", "/mine"), ("with,comma", "/data")):
        assert f"found {place}/rows production" in checked.log()
        assert (tmp_path / name / "rows").read_text() == "production\n"


@pytest.mark.parametrize("way", ["run", "compose"])
def test_mounts_within_a_read_only_folder_are_unchanged(
    check: Check, user: User, tmp_path: Path, way: str
) -> None:
    inner = tmp_path / "files" / "inner"
    inner.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "tmpfs", str(inner)]
    if subprocess.run(words, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        (inner / "rows").write_text("production\n")
        write = f"rm -f /files/inner/*; touch /files/inner/new; {SERVE}"
        if way == "run":
            mount = f"-v {tmp_path}/files:/files:ro"
            run(check, tmp_path, f'{RUN} {mount} {IMAGE} sh -c "{write}"')
        else:
            more = f'    volumes: ["./files:/files:ro"]\n    command: sh -c "{write}"\n'
            compose(check, tmp_path, COMPOSE + more)
        assert [path.name for path in inner.iterdir()] == ["rows"]
    finally:
        subprocess.run(["umount", str(inner)], check=True)
