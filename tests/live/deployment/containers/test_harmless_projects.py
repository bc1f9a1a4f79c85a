"""Compose projects with many files and variables change nothing of the user's."""

import os
import subprocess
from pathlib import Path

from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import COMPOSE
from tests.live.deployment.containers.conftest import compose
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import run
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write
from tests.live.deployment.containers.conftest import write_all

ENV = 'env = { PORT = "{port}" }'

# The name of a running project, several files, profiles, included files, extended
# services, and commands that run in a started container.
FILES = {
    ".env": "COMPOSE_PROJECT_NAME=fcm-shop\nCOMPOSE_FILE=a.yaml:b.yaml\n"
    "COMPOSE_PROFILES=extra\nNAME=shop_production\n",
    "a.yaml": """\
include: [parts/compose.yaml]
services:
  app:
    extends: { file: base.yaml, service: base }
    ports: ["${PORT:-28769}:8000"]
    post_start:
      - { command: touch /data/started, user: root }
    pre_stop:
      - { command: sh -c 'rm -rf /data/*', user: root }
volumes:
  data: { name: "${NAME}" }
""",
    "b.yaml": f"""\
services:
  app: {{ image: {IMAGE} }}
  job: {{ profiles: [extra], image: {IMAGE}, command: touch /data/job,
         volumes: ["data:/data"] }}
""",
    "base.yaml": """\
services:
  base:
    image: is-replaced
    container_name: fcm-shop-app
    restart: unless-stopped
    volumes: ["data:/data", "./uploads:/uploads"]
""",
    "parts/compose.yaml": f"""\
services:
  queue: {{ image: {IMAGE}, command: touch /rows/a, volumes: ["./rows:/rows"] }}
""",
    "uploads/one": "production\n",
    "parts/rows/one": "production\n",
}


def test_several_files_and_names_change_nothing(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.volume("shop_production")
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    write(tmp_path, "docker compose up", "declared = 4", ENV)
    up = ["docker", "compose", "up", "--detach"]
    env = {**os.environ, "PORT": "28769"}
    subprocess.run(up, cwd=tmp_path, env=env, check=True, capture_output=True)
    try:
        user.run("-v", "shop_production:/v", IMAGE, "rm", "-f", "/v/started", "/v/job")
        (tmp_path / "parts" / "rows" / "a").unlink()
        run(check, tmp_path, "docker compose up", ENV)
        left = user.run("-v", "shop_production:/v", IMAGE, "ls", "/v")
        assert left == "rows"
        for name, text in FILES.items():
            assert (tmp_path / name).read_text() == text
        assert not (tmp_path / "parts" / "rows" / "a").exists()
    finally:
        for down in ("kill", "down"):  # so that nothing is run before it stops
            words = ["docker", "compose", down]
            subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)


MIGRATING = (
    COMPOSE
    + f"""\
    depends_on: {{ migrate: {{ condition: service_completed_successfully }} }}
    volumes: ["data:/data"]
  migrate:
    image: {IMAGE}
    command: sh -c "cat /data/rows; echo migrated > /data/rows"
    volumes: ["data:/data"]
volumes:
  data: {{ name: shop_production, external: true }}
"""
)


def test_a_migration_runs_in_the_check_alone(
    check: Check, user: User, tmp_path: Path
) -> None:
    name = user.volume("shop_production")
    checked = compose(check, tmp_path, MIGRATING)
    assert "No such file" in checked.log()
    assert user.rows(name) == "production"


def test_a_failing_migration_is_reported(
    check: Check, user: User, tmp_path: Path
) -> None:
    name = user.volume("shop_production")
    text = MIGRATING.replace("echo migrated", "false; exit 3; echo")
    (tmp_path / "compose.yaml").write_text(text)
    write(tmp_path, "docker compose up", "declared = 4", ENV)
    with untouched():
        checked = check(tmp_path)
    assert checked.code == 5
    assert "didn't complete successfully: exit 3" in checked.message
    assert user.rows(name) == "production"


def test_networks_of_others_are_not_used(
    check: Check, user: User, tmp_path: Path
) -> None:
    docker("network", "create", "--subnet", "172.30.9.0/24", "fcm-production")
    try:
        text = """\
    networks: [bridged, back, lan]
networks:
  bridged: { driver_opts: { com.docker.network.bridge.name: docker0 } }
  back: { ipam: { config: [{ subnet: 172.30.9.0/24 }] } }
  lan: { driver: macvlan, driver_opts: { parent: eth0 } }
"""
        before = docker("network", "inspect", "bridge", "fcm-production")
        compose(check, tmp_path, COMPOSE + text)
        assert docker("network", "inspect", "bridge", "fcm-production") == before
        assert user.run(IMAGE, "echo", "bridged") == "bridged"
    finally:
        docker("network", "rm", "fcm-production")


def test_a_name_in_a_network_of_others_is_not_taken(
    check: Check, user: User, tmp_path: Path
) -> None:
    name = user.network("production")
    ask = "import socket; print(socket.gethostbyname('shop'), flush=True)"
    ask = f'while sleep 0.1; do python -c "{ask}" 2> /dev/null || echo none; done'
    # Without another name server, so that a failed lookup returns at once.
    alone = ("--network", name, "--dns", "127.0.0.1")
    quick = ("--env", "RES_OPTIONS=timeout:1 attempts:1")
    asking = user.container("client", *alone, *quick, command=ask)
    option = f"--network name={name},alias=shop"
    run(check, tmp_path, f"docker run -p {{port}}:8000 {option} {IMAGE}")
    assert set(docker("logs", asking).split()) == {"none"}


def test_a_part_of_a_project_can_be_checked(
    check: Check, user: User, tmp_path: Path
) -> None:
    # Only this service's port would be published.
    text = COMPOSE.replace("${PORT:-8000}", "28770")
    text += f"  other: {{ image: {IMAGE}, ports: ['28771:8000'] }}\n"
    compose(check, tmp_path, text, up="--no-deps app")


UP = "docker compose -f {file} up"

REFUSED = [
    (f"{UP} --scale app=2", "", "service app runs 2 times"),
    (f"{UP} -dV", "", "leave out -dV"),
    ("docker compose -p shop up", "", "leave the name out"),
    ("docker compose -f - up", "", "empty compose file"),
    ("docker compose run app", "", "no other Docker command is supported"),
    (UP, "    pid: host\n", "all processes of this machine"),
    (UP, "    pid: container:shop\n", "reaches into another container, shop"),
    (UP, "    network_mode: container:shop\n", "would listen there"),
    (UP, "  cloud: { provider: { type: touch } }\n", "which another program creates"),
    (
        UP,
        "    networks: { back: { ipv4_address: 172.17.0.9 } }\n"
        "networks: { back: { ipam: { config: [{ subnet: 172.17.0.0/16 }] } } }\n",
        "which the network bridge of the engine has already",
    ),
    ("docker stack deploy -c compose.yaml shop", "", "starts a stack in a swarm"),
    ("docker start shop", "", "no other Docker command is supported"),
    ("docker exec shop gunicorn shop:app", "", "no other Docker command"),
    ("docker rm --force shop", "", "no other Docker command is supported"),
    ("docker -H tcp://192.0.2.1:1 run -p 1:1 x", "", "engine at tcp://192.0.2.1:1"),
    ("docker run --pid container:shop -p 1:1 x", "", "another container, shop"),
    ("docker run -d -p 1:1 x", "", "leave out -d"),
    ("timeout 60 docker run -p 1:1 x", "", "by way of `timeout`"),
    ("nice docker run -p 1:1 x", "", "by way of `nice`"),
    ('sh -c "docker run -p 1:1 x; true"', "", "by way of a shell"),
    ("podman run -p 1:1 x", "", "podman is not supported"),
    ("podman-compose up", "", "podman-compose is not supported"),
    ("nerdctl run -p 1:1 x", "", "nerdctl is not supported"),
]


def test_dangerous_projects_are_refused_before_they_start(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("shop")
    commands = {}
    for number, (command, more, _) in enumerate(REFUSED):
        (tmp_path / f"{number}.yaml").write_text(COMPOSE + more)
        commands[f"mine-{number}"] = command.format(file=f"{number}.yaml")
    write_all(tmp_path, commands, "declared = 4", ENV)
    files = sorted(tmp_path.rglob("*"))
    with untouched():
        checked = check(tmp_path)
    assert checked.code == 2
    lines = checked.message.splitlines()
    for number, (command, _, said) in enumerate(REFUSED):
        (line,) = (line for line in lines if f"deployment mine-{number}:" in line)
        assert said in line, command
    assert sorted(tmp_path.rglob("*")) == files
