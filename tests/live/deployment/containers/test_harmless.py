"""Nothing of the user's is changed, whatever a command or a Compose file names."""

import os
import subprocess
from pathlib import Path

import pytest

from harness.deployment.containers import labels
from tests.builders.programs import write_program
from tests.live.deployment.conftest import Check
from tests.live.deployment.containers.conftest import COMPOSE
from tests.live.deployment.containers.conftest import compose
from tests.live.deployment.containers.conftest import docker
from tests.live.deployment.containers.conftest import IMAGE
from tests.live.deployment.containers.conftest import RUN
from tests.live.deployment.containers.conftest import run
from tests.live.deployment.containers.conftest import untouched
from tests.live.deployment.containers.conftest import User
from tests.live.deployment.containers.conftest import write

# ------------------------------------------------------------------------ docker run


def test_a_container_of_the_same_name_runs_on(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("shop")
    run(check, tmp_path, f"{RUN} --name shop {IMAGE}")


def test_without_rm_no_container_is_left(
    check: Check, user: User, tmp_path: Path
) -> None:
    # Neither a volume that its Dockerfile declares nor a restarting container is left.
    run(check, tmp_path, f"{RUN} --restart always -v /another {IMAGE}")


def test_a_named_volume_is_not_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    name = user.volume("shop_data")
    checked = run(check, tmp_path, f"{RUN} -v {name}:/data {IMAGE}")
    assert "found /data/rows None" in checked.log()
    assert user.rows(name) == "production"


def test_a_missing_volume_is_not_created(
    check: Check, user: User, tmp_path: Path
) -> None:
    run(check, tmp_path, f"{RUN} -v not_there:/data {IMAGE}")
    run(check, tmp_path, f"{RUN} --mount type=volume,src=not_there,dst=/a {IMAGE}")


def test_a_mounted_folder_is_not_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    rows = tmp_path / "mine" / "rows"
    rows.write_text("production\n")
    checked = run(check, tmp_path, f"{RUN} -v {tmp_path}/mine:/mine {IMAGE}")
    assert "found /mine/rows production" in checked.log()
    assert rows.read_text() == "production\n"
    assert list(rows.parent.iterdir()) == [rows]


def test_a_mounted_file_is_not_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    file = tmp_path / "shop.sqlite"
    file.write_text("production\n")
    mount = f"--mount type=bind,source={file},target=/srv/shop.sqlite"
    run(check, tmp_path, f"{RUN} {mount} {IMAGE}")
    assert file.read_text() == "production\n"


def test_a_missing_folder_is_not_created(
    check: Check, user: User, tmp_path: Path
) -> None:
    run(check, tmp_path, f"{RUN} -v {tmp_path}/missing:/data {IMAGE}")
    assert not (tmp_path / "missing").exists()


def test_kept_mounts_are_written_to(check: Check, user: User, tmp_path: Path) -> None:
    name = user.volume("shop_data")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "rows").write_text("production\n")
    command = f"{RUN} -v {name}:/data -v {tmp_path}/mine:/mine {IMAGE}"
    run(check, tmp_path, command, f'keep-mounts = ["{name}", "mine"]')
    assert "a check was here" in user.rows(name)
    assert "a check was here" in (tmp_path / "mine" / "rows").read_text()


def test_the_socket_of_the_engine_is_not_mounted(
    check: Check, user: User, tmp_path: Path
) -> None:
    socket = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    path = socket.removeprefix("unix://")
    user.container("portainer", "-v", f"{path}:{path}")
    for option in (f"-v {path}:{path}:ro", "--volumes-from portainer:ro"):
        write(tmp_path, f"{RUN} {option} {IMAGE}", "declared = 4")
        with untouched():
            checked = check(tmp_path)
        assert checked.code == 2
        assert "the engine's own socket" in checked.message


def test_a_network_of_others_is_not_joined_by_name(
    check: Check, user: User, tmp_path: Path
) -> None:
    # The network may be joined, but without a name that leads others to the container.
    name = user.network("production")
    user.container("shop", "--network", name, "--network-alias", "app")
    options = f"--network {name} --network-alias app"
    run(check, tmp_path, f"{RUN} {options} {IMAGE}")


def test_other_ports_are_not_published(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("shop", "--publish", "127.0.0.1:28765:8000")
    # If it were published, it could not start, since the port is in use.
    run(check, tmp_path, f"{RUN} -p 127.0.0.1:28765:8000 {IMAGE}")


def test_a_file_of_variables_is_read_and_unchanged(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PYTHONPATH=/elsewhere\n")
    run(check, tmp_path, f"{RUN} --env-file .env {IMAGE}")
    assert (tmp_path / ".env").read_text() == "PYTHONPATH=/elsewhere\n"


def test_a_cid_file_is_not_written(check: Check, user: User, tmp_path: Path) -> None:
    run(check, tmp_path, f"{RUN} --cidfile {tmp_path}/shop.cid {IMAGE}")
    assert not (tmp_path / "shop.cid").exists()


# -------------------------------------------------------------------- docker compose


@pytest.mark.parametrize("more", ["", ", external: true"])
def test_a_volume_with_a_fixed_name_is_not_used(
    check: Check, user: User, tmp_path: Path, more: str
) -> None:
    name = user.volume("shop_production_data")
    volumes = f"""\
    volumes: ["data:/data"]
volumes:
  data: {{ name: {name}{more} }}
"""
    checked = compose(check, tmp_path, COMPOSE + volumes)
    assert "found /data/rows None" in checked.log()
    assert user.rows(name) == "production"


def test_a_volume_that_is_a_folder_is_not_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / "rows").write_text("production\n")
    volumes = f"""\
    volumes: ["data:/data"]
volumes:
  data:
    driver_opts: {{ type: none, o: bind, device: {tmp_path} }}
"""
    compose(check, tmp_path, COMPOSE + volumes)
    assert (tmp_path / "rows").read_text() == "production\n"


def test_a_kept_volume_is_not_removed(check: Check, user: User, tmp_path: Path) -> None:
    name = user.volume("shop_production_data")
    volumes = f"""\
    volumes: ["data:/data"]
volumes:
  data: {{ name: {name} }}
"""
    compose(check, tmp_path, COMPOSE + volumes, f'keep-mounts = ["{name}"]')
    assert "a check was here" in user.rows(name)


def test_the_users_own_project_runs_on(
    check: Check, user: User, tmp_path: Path
) -> None:
    # The state after `docker compose up -d`, with the names that Compose chooses.
    folder = tmp_path / "shop"
    folder.mkdir()
    text = COMPOSE + '    volumes: ["data:/data"]\nvolumes: { data: {} }\n'
    (folder / "compose.yaml").write_text(text)
    env = {**os.environ, "PORT": "28766"}
    up = ["docker", "compose", "up", "--detach"]
    subprocess.run(up, cwd=folder, env=env, check=True, capture_output=True)
    try:
        compose(check, folder, text)
    finally:
        down = ["docker", "compose", "down", "--volumes", "--timeout", "1"]
        subprocess.run(down, cwd=folder, check=True, capture_output=True)


def test_a_fixed_container_name_is_not_used(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("shop")
    compose(check, tmp_path, COMPOSE + "    container_name: shop\n")


@pytest.mark.parametrize("more", ["external: true", "name: production"])
def test_a_network_with_a_fixed_name_is_not_used(
    check: Check, user: User, tmp_path: Path, more: str
) -> None:
    name = user.network("production")
    user.container("shop", "--network", name, "--network-alias", "app")
    networks = f"""\
    networks: [back]
networks:
  back: {{ name: {name}, {more} }}
"""
    compose(check, tmp_path, COMPOSE + networks.replace(f", name: {name}", ""))


def test_the_folder_of_a_project_is_not_written_to(
    check: Check, user: User, tmp_path: Path
) -> None:
    for name in ("mine", "logs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows").write_text("production\n")
    text = (
        COMPOSE
        + """\
    volumes: ["./mine:/mine", "./missing:/missing", "./logs/rows:/srv/rows"]
  other:
    image: fcm-test-shop
    command: sleep 600
    volumes: ["./mine:/mine"]
"""
    )
    checked = compose(check, tmp_path, text)
    assert "found /mine/rows production" in checked.log()
    for name in ("mine", "logs"):
        assert (tmp_path / name / "rows").read_text() == "production\n"
    assert not (tmp_path / "missing").exists()


def test_a_tag_of_the_user_is_not_replaced(
    check: Check, user: User, tmp_path: Path
) -> None:
    tag = user.tag("fcm-test-tagged:latest")
    (tmp_path / "Dockerfile").write_text(f"FROM {IMAGE}\nENV BUILT=anew\n")
    text = COMPOSE.replace("image: fcm-test-shop", f"image: {tag}\n    build: .")
    compose(check, tmp_path, text, up="--build")
    compose(check, tmp_path, text)


def test_fixed_ports_of_a_project_are_not_published(
    check: Check, user: User, tmp_path: Path
) -> None:
    user.container("shop", "--publish", "127.0.0.1:28765:8000")
    text = COMPOSE.replace("]", ', "28765:8000"]')
    compose(check, tmp_path, text)


def test_files_that_a_project_reads_are_unchanged(
    check: Check, user: User, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=28767\nNAME=shop\n")
    (tmp_path / "app.env").write_text("PYTHONPATH=/elsewhere\nTOKEN=a$$b\n")
    text = COMPOSE + "    env_file: app.env\n    restart: always\n"
    before = {path: path.read_bytes() for path in tmp_path.glob(".*env")}
    compose(check, tmp_path, text)
    assert before == {path: path.read_bytes() for path in before}


# ---------------------------------------------------------------- by way of something


def test_a_shell_may_start_a_container(
    check: Check, user: User, tmp_path: Path
) -> None:
    run(check, tmp_path, f'sh -c "exec {RUN} {IMAGE}"')


MAKEFILE = """\
serve:
\tdocker run --name fcm-left -p 127.0.0.1:$(PORT):8000 fcm-test-shop
"""
SCRIPT = """\
#!/bin/sh
docker run -d --name fcm-left -p 127.0.0.1:$PORT:8000 fcm-test-shop
sleep 600
"""
PROGRAM = """\
import os, subprocess
image = "fcm-test-shop"
publish = f"127.0.0.1:{os.environ['PORT']}:8000"
subprocess.run(["sudo", "docker", "run", "--publish", publish, image], check=True)
"""


@pytest.mark.parametrize("command", ["make serve", "sh serve.sh", "python serve.py"])
def test_containers_started_by_other_programs_are_refused(
    check: Check,
    user: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    write_program(tmp_path / "bin" / "sudo", '#!/bin/sh\nexec "$@"\n')
    path = os.pathsep.join((str(tmp_path / "bin"), os.environ["PATH"]))
    monkeypatch.setenv("PATH", path)
    (tmp_path / "Makefile").write_text(MAKEFILE)
    write_program(tmp_path / "serve.sh", SCRIPT)
    (tmp_path / "serve.py").write_text(PROGRAM)
    write(tmp_path, command, "declared = 4", 'env = { PORT = "{port}" }')
    with untouched():
        checked = check(tmp_path, "--start-seconds", "8")
    assert checked.code == 5
    assert "refused: `" in checked.message
    assert "write that as the command" in checked.message


def test_commands_that_only_read_are_allowed(
    check: Check, user: User, tmp_path: Path
) -> None:
    script = "#!/bin/sh\ndocker ps -q > /dev/null || exit 9\n"
    script += "exec gunicorn shop:app --bind 127.0.0.1:$PORT --threads 2\n"
    write_program(tmp_path / "serve.sh", script)
    (tmp_path / "shop.py").write_text("from flask import Flask\napp = Flask('shop')")
    write(tmp_path, "sh serve.sh", "declared = 2", 'env = { PORT = "{port}" }')
    assert check(tmp_path).code == 0


# ------------------------------------------------------------------------ being killed


def test_leftovers_are_removed_by_the_next_check(
    check: Check, user: User, tmp_path: Path
) -> None:
    # The state after the warden was killed too. Containers of a running check are left
    # alone.
    gone = f"{labels.owner().rpartition('/')[0]}/1"
    for name, owner in (("left", gone), ("beside", labels.owner())):
        own = ("--label", f"{labels.OWNER}={owner}", "--label", f"{labels.RUN}={name}")
        user.container(f"fcm-{name}", *own)
    user.container("shop")
    write(tmp_path, f"{RUN} {IMAGE}", "declared = 4")
    assert check(tmp_path).code == 0
    names = docker("ps", "--all", "--format", "{{.Names}}").split()
    assert sorted(names) == ["fcm-beside", "shop"]
    docker("run", "--detach", "--name", "fcm-left", IMAGE, "true")  # to be removed
