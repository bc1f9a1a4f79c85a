"""The message for each refused command and Compose file, word for word."""

from typing import Any

import pytest

from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal

VALUES: dict[str, Any] = {
    "option": "-d",
    "problem": "no such file",
    "command": "docker rm",
    "program": "podman",
    "engine": "Podman 5.4.0",
    "place": "tcp://192.0.2.1:1",
    "published": "publishes no port",
    "service": "web",
    "count": 2,
    "other": "shop",
    "name": "shop",
    "written": "`--pid host`",
    "kind": "provider",
    "entry": "provider",
    "network": "back",
    "addresses": "172.17.0.0/16",
    "path": "/run",
    "socket": "/run/docker.sock",
    "target": "/a",
}
SENTENCES = {
    Refusal.IN_BACKGROUND: (
        "starts containers in the background, where the check cannot see them "
        "end; leave out -d"
    ),
    Refusal.WATCHES: ("changes what runs while it is measured; leave out -d"),
    Refusal.STARTS_NOTHING: ("starts nothing; leave out -d"),
    Refusal.PULLS: (
        "may move the tags of your images; pull beforehand, and leave out -d"
    ),
    Refusal.NAMES_A_PROJECT: (
        "names a project, but a check uses its own and removes it afterwards; "
        "leave the name out"
    ),
    Refusal.NO_SERVICE: (
        "starts no service: each has a profile, or there is none; write "
        "`--profile` and the name of one in front of `up`"
    ),
    Refusal.UNREADABLE: (
        "Compose cannot read its files: no such file; correct that, or install "
        "Compose 2"
    ),
    Refusal.OTHER_COMPOSE: ("Compose 2 is needed, and this is another one"),
    Refusal.NO_IMAGE: ("names no image; add one after the options"),
    Refusal.NO_VALUE: ("has -d without a value; add one"),
    Refusal.ENDS_OTHERS_TOO: (
        "`docker rm` would stop or remove what is already running; leave it out: "
        "a check makes and removes containers of its own"
    ),
    Refusal.ENDS_OTHERS: (
        "would stop or remove what is already running; write the `docker run …` "
        "or `docker compose … up` that starts the server"
    ),
    Refusal.BUILDS: (
        "builds an image in the same line; build the image before the check, and "
        "write the `docker run …` alone"
    ),
    Refusal.BY_A_SHELL: (
        "starts containers by way of a shell; write the `docker run …` or `docker"
        " compose … up` alone"
    ),
    Refusal.BY_A_PROGRAM: (
        "starts containers by way of `podman`; write the `docker run …` or "
        "`docker compose … up` alone"
    ),
    Refusal.COMPOSE_RUN: (
        "is `docker compose run`, which is not supported; write `docker compose "
        "up` and the name of the service, with the command in the Compose file"
    ),
    Refusal.STACK: (
        "starts a stack in a swarm, which is not supported; write `docker compose"
        " -f` and its file, and `up`"
    ),
    Refusal.OTHER_COMMAND: (
        "is neither `docker run …` nor `docker compose … up`, and no other Docker "
        "command is supported; write one of these"
    ),
    Refusal.OF_THE_IMAGE: ("is what the image has; leave it out"),
    Refusal.OTHER_ENGINE: (
        "podman is not supported: containers are checked only with Docker's "
        "engine; write `docker run …` or `docker compose … up`"
    ),
    Refusal.NO_DOCKER: (
        "goes to Podman 5.4.0, and containers are checked only with Docker's "
        "engine; leave out the option, the context or DOCKER_HOST that says so"
    ),
    Refusal.ELSEWHERE: (
        "goes to the engine at tcp://192.0.2.1:1, and a check starts containers "
        "only on this machine; leave out the option, the context or DOCKER_HOST "
        "that says so"
    ),
    Refusal.NO_PORT: (
        "publishes no port; write `-p 127.0.0.1:{port}:8000`, with the port that "
        "the image listens on"
    ),
    Refusal.NO_SERVICE_PORT: (
        "publishes no port; write a variable in the Compose file, such as "
        '"127.0.0.1:${PORT:-8080}:80", and hand it on: env = { PORT = "{port}" }'
    ),
    Refusal.ON_HOST: (
        "uses the host network, and would listen where production does; have it "
        "listen on the port of the check, such as `--env PORT={port}`"
    ),
    Refusal.SERVICE_ON_HOST: (
        "uses the host network, and would listen where production does; have it "
        'listen on the port of the check, such as "${PORT:-8000}" in the Compose '
        'file, and hand it on: env = { PORT = "{port}" }'
    ),
    Refusal.REPLICAS: (
        "service web runs 2 times, and each would publish the port that is "
        "measured; publish that of a proxy in front of it, or check one"
    ),
    Refusal.NETWORK_OF_ANOTHER: (
        "shares the network of another container, shop, and would listen there; "
        "leave out -d"
    ),
    Refusal.SERVICE_IN_NETWORK_OF_ANOTHER: (
        "service web shares the network of another container, shop, and would "
        "listen there; leave out network_mode"
    ),
    Refusal.VOLUMES_OF_ANOTHER: (
        "could write to the volumes of another container, shop; write --volumes-"
        "from shop:ro"
    ),
    Refusal.SERVICE_WITH_VOLUMES_OF_ANOTHER: (
        "service web could write to the volumes of another container; write "
        "shop:ro in volumes_from"
    ),
    Refusal.INSIDE_ANOTHER: (
        "reaches into another container, shop; leave out `--pid host`"
    ),
    Refusal.ALL_PROCESSES: (
        "sees all processes of this machine, and could end them; leave out `--pid host`"
    ),
    Refusal.ENGINE_API: (
        "gives the container the engine's own socket, with which it can stop all "
        "others; leave out --use-api-socket"
    ),
    Refusal.SERVICE_WITH_ENGINE_API: (
        "service web has the engine's own socket, by which it can stop all other "
        "containers; leave out use_api_socket"
    ),
    Refusal.BY_ANOTHER_PROGRAM: (
        "service web has a provider, which another program creates, and nothing "
        "would remove what that creates; start it before the check, and leave out"
        " provider in a Compose file for the check"
    ),
    Refusal.ADDRESSES_TAKEN: (
        "network back has the addresses 172.17.0.0/16, which the network shop of "
        "the engine has already; let services find each other by name and leave "
        "out ipam and the addresses, or run the check when that network does not "
        "exist"
    ),
    Refusal.NOT_MOUNTED: (
        "shop is not mounted; leave it out, or write it as it is in the command "
        "or the Compose file"
    ),
    Refusal.NO_FILE: (
        "/run is mounted, but is neither a folder nor a file, so it cannot be "
        "copied; leave it out, or allow it by keep-mounts"
    ),
    Refusal.TOO_LARGE: (
        "/run is mounted writable, and is too large to copy for a check; mount it"
        " read only, or allow it by keep-mounts"
    ),
    Refusal.ENGINE_SOCKET: (
        "/run is mounted, and with it the engine's own socket, with which a "
        "container can stop all others; leave it out, or allow it by keep-mounts"
    ),
    Refusal.CONTROL_SOCKET: (
        "/run is mounted, and with it /run/docker.sock, by which a container can "
        "stop services of this machine; leave it out, or allow it by keep-mounts"
    ),
    Refusal.OTHER_TYPE: (
        "mounts something of the type provider at /a, which is not supported; "
        "leave it out, or mount a folder or a volume there"
    ),
}


@pytest.mark.parametrize("refusal", Refusal)
def test_each_refusal_has_a_reason_and_a_remedy(refusal: Refusal) -> None:
    assert str(ContainerRefused(refusal, **VALUES)) == SENTENCES[refusal]


def test_a_refusal_keeps_its_key() -> None:
    assert ContainerRefused(Refusal.NO_IMAGE).key == "command"
    assert ContainerRefused(Refusal.OF_THE_IMAGE, "python").key == "python"
