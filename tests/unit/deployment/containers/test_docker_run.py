"""The command made from `docker run` touches nothing that belongs to the user."""

import shlex
from pathlib import Path

import pytest

from harness.deployment.containers.contained import Copy
from harness.deployment.containers.docker_run import command
from harness.deployment.containers.docker_run import harmless
from harness.deployment.containers.docker_run import HarmlessRun
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.deployment.containers.run_options import parse

PORT = "-p {port}:80"
PUBLISHED = ("--publish", "127.0.0.1:{port}:80")


def made(options: str, folder: Path, *keep: str) -> HarmlessRun:
    """Return what becomes of the options before an image that publishes a port."""
    words = shlex.split(f"{PORT} {options}")
    found = harmless(parse([*words, "shop", "serve"]), folder, keep)
    assert found.options[:2] == PUBLISHED
    return found._replace(options=found.options[2:])


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--rm -it -e A=b --env=C=d",
        "-itp 8000:80 -w/srv -uroot",
        "--read-only --init --memory 1g --cpus=2",
        "--label a=b --name shop --tmpfs /tmp",
        "--mount type=tmpfs,dst=/a -- ",
    ],
)
def test_the_image_follows_the_options(options: str) -> None:
    run = parse([*shlex.split(options), "shop", "run", "-d", "--name", "x"])
    assert (run.image, run.arguments) == ("shop", ("run", "-d", "--name", "x"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--name shop --cidfile f --restart always --rm", "--rm"),
        ("--log-driver syslog --log-opt tag=x --pull always -it", ""),
        ("--network prod --network-alias app", "--network prod"),
        ("--net name=prod,alias=app,ip=10.0.0.9", "--network prod"),
        ("--ip 10.0.0.9 --ip6 ::9 --mac-address 02::9 --network p", "--network p"),
        ("--privileged --cap-add SYS_ADMIN --cap-add=NET_RAW", "--cap-add=NET_RAW"),
        ("-P -p 5432:5432", ""),
        ("-v shop_data:/data", "--volume /data"),
        ("-v shop_data:/data:ro", "--volume /data"),
        ("--mount type=volume,source=a,target=/data", "--volume /data"),
        ("--mount type=volume,dst=/b,volume-opt=device=/srv", "--volume /b"),
        ("-v shop:/data --volume-driver rexray", "--volume /data"),
        ("-v /data", "-v /data"),
        ("--ipc host", "--shm-size 1g"),
        ("--device /dev/sda --device=/dev/dri", "--device=/dev/dri"),
        ("--device-cgroup-rule 'b 8:* rwm'", ""),
        ("--security-opt systempaths=unconfined", ""),
        (
            "--network host --cap-add NET_ADMIN -e PORT={port}",
            "--network host -e PORT={port}",
        ),
        ("--cgroup-parent /shop --oom-score-adj -900", ""),
        ("-l traefik.enable=true --label-file labels", ""),
        ("--network prod -h shop", "--network prod"),
        ("--pull always", ""),
        ("--pull never", "--pull never"),
        ("-v /dev:/dev -v /sys:/sys", ""),
        ("-v /proc:/p", "--mount type=bind,src=/proc,dst=/p,readonly"),
        ("-v ./is-not-there:/data", "--volume /data"),
        ("-v ./folder:/data:ro", "-v ./folder:/data:ro"),
        ("-v ./folder:/data", "--mount type=volume,dst=/data,volume-nocopy"),
        ("--mount type=bind,src=./folder,dst=/d,ro", None),
        ("-v ./file:/data/file", ""),
        ("--mount Type=Bind,Source=./file,Target=/file", ""),
        ("--mount 'type=bind,\"src=./with,comma\",dst=/file'", ""),
    ],
)
def test_options_that_touch_things_of_the_user_are_replaced(
    options: str, words: str | None, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "with,comma").touch()
    expected = options if words is None else words
    assert " ".join(made(options, tmp_path).options) == expected


@pytest.mark.parametrize(
    ("options", "published"),
    [
        ("-p {port}:80", "127.0.0.1:{port}:80"),
        ("-p 0.0.0.0:{port}:80/tcp -p 8000:80", "127.0.0.1:{port}:80/tcp"),
        # A single published port is the measured one.
        ("--publish=8080:80", "127.0.0.1:{port}:80"),
        ("-P -p 80", "127.0.0.1:{port}:80"),
    ],
)
def test_one_port_is_published(options: str, published: str, tmp_path: Path) -> None:
    run = parse([*shlex.split(options), "shop"])
    assert harmless(run, tmp_path, ()).options == ("--publish", published)


@pytest.mark.parametrize("options", ["", "-P", "-p {port}", "-p 80:80 -p 5000:5000"])
def test_an_ambiguous_port_is_refused(options: str, tmp_path: Path) -> None:
    run = parse([*shlex.split(options), "shop"])
    with pytest.raises(ContainerRefused) as caught:
        harmless(run, tmp_path, ())
    assert caught.value.refusal is Refusal.NO_PORT


def test_replacements_are_reported(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    options = "-v shop_data:/data -v ./folder:/srv -p 5432:5432"
    assert made(options, tmp_path).notes == (
        "volume shop_data: an empty volume is mounted in its place",
        f"{tmp_path / 'folder'}: a copy is mounted in its place",
        "`-p 5432:5432`: not published",
    )


def test_mounts_listed_in_keep_mounts_are_kept(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    options = "-v shop_data:/data -v ./folder:/srv"
    assert " ".join(made(options, tmp_path, "folder", "shop_data").options) == options
    with pytest.raises(ContainerRefused, match="other is not mounted") as caught:
        made(options, tmp_path, "other")
    assert caught.value.key == "keep-mounts"
    assert caught.value.refusal is Refusal.NOT_MOUNTED


def test_an_engine_socket_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = tmp_path / "run" / "docker.sock"
    socket.parent.mkdir()
    socket.touch()
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket}")
    for source in ("run/docker.sock", "run", "."):
        with pytest.raises(ContainerRefused) as caught:
            made(f"-v ./{source}:/x:ro", tmp_path)
        assert caught.value.refusal is Refusal.ENGINE_SOCKET
    assert made("-v ./run:/x", tmp_path, "run").options


def test_a_fixed_port_of_the_machine_is_refused(tmp_path: Path) -> None:
    for options in ("--network host", "--net=host -e A=b -e PORT=8000"):
        with pytest.raises(ContainerRefused) as caught:
            made(options, tmp_path)
        assert caught.value.refusal is Refusal.ON_HOST
    assert made("--network host -e PORT", tmp_path).notes == ()


def test_large_folders_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows").write_bytes(bytes(100))
    monkeypatch.setattr("harness.deployment.containers.mounts.MOST_BYTES", 99)
    with pytest.raises(ContainerRefused) as caught:
        made("-v ./data:/data", tmp_path)
    assert caught.value.refusal is Refusal.TOO_LARGE
    assert made("-v ./data:/data:ro", tmp_path).notes == ()


def test_variables_from_options_and_files_are_known(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=b\n# C\nPYTHONPATH=/x\nD\n")
    made_of = made("--env-file .env -e PYTHONPATH=/y -e E", tmp_path)
    assert made_of.variables == {"A": "b", "PYTHONPATH": "/y"}


def test_the_command_creates_copies_and_starts(tmp_path: Path) -> None:
    run = parse(["-p", "{port}:80", "shop", "serve it"])
    own = ("--label", "a=b")
    plain = harmless(run, tmp_path, ())
    assert " ".join(command(["docker"], "n-{port}", own, run, plain)) == (
        "docker run --name n-{port} --label a=b "
        "--publish 127.0.0.1:{port}:80 shop serve it"
    )
    copied = plain._replace(copies=(Copy(str(tmp_path), "/srv"),))
    shell, options, script = command(["docker"], "n", own, run, copied)
    assert (shell, options) == ("sh", "-ec")
    create, copy, start = script.splitlines()
    assert create.endswith("shop 'serve it' > /dev/null")
    assert copy.endswith(f"copy_in.py n {tmp_path} /srv '' docker")
    assert start == "exec docker start --attach n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--pid container:shop", "another container, shop; leave out `--pid"),
        ("--ipc=container:shop", "another container, shop; leave out `--ipc"),
        ("--pid host", "all processes of this machine"),
    ],
)
def test_namespaces_of_others_are_not_joined(
    options: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ContainerRefused, match=words):
        made(options, tmp_path)
    assert made("--pid private --ipc private", tmp_path).notes == ()


def test_omissions_are_reported(tmp_path: Path) -> None:
    options = "--privileged --cap-add CAP_SYS_TIME --privileged=false"
    assert made(options, tmp_path).notes == (
        "`--privileged`: left out",
        "`--cap-add CAP_SYS_TIME`: left out",
    )


def test_a_copied_folder_leaves_out_mounts_within_it(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    mounts = "-v .:/srv -v ./kept:/srv/kept/ -v /srv/modules -v ./kept:/a:ro,Z"
    found = made(mounts, tmp_path, "kept")
    (copy,) = found.copies
    assert copy.left_out == ("/srv/kept", "/srv/modules", "/a")


def test_a_read_only_container_gets_read_only_mounts(tmp_path: Path) -> None:
    file = tmp_path / "shop.conf"
    file.touch()
    found = made("--read-only -v ./shop.conf:/srv/shop.conf", tmp_path)
    mount = f"type=bind,src={file},dst=/srv/shop.conf,readonly"
    options = ("--read-only", "--mount", mount)
    assert (found.options, found.copies) == (options, ())
    assert found.notes == (f"{file}: mounted read only",)


def test_a_mount_given_to_one_container_alone_is_copied(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    found = made("-v ./a:/srv:ro,Z", tmp_path)
    assert [copy.target for copy in found.copies] == ["/srv"]
