"""The project made from a Compose file belongs to the check alone."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from harness.deployment.containers.compose import harmless
from harness.deployment.containers.compose import HarmlessProject
from harness.deployment.containers.compose import Images
from harness.deployment.containers.contained import PROBE
from harness.deployment.containers.labels import PASSED_OVER
from harness.deployment.containers.ports import STAND_IN
from harness.deployment.containers.refusals import ContainerRefused
from harness.deployment.containers.refusals import Refusal
from harness.measure.target import TARGET

PORTS = [{"target": 80, "published": STAND_IN, "protocol": "tcp"}]
PORT = "${FLASK_CONCURRENCY_PORT}"
LABELS = {"l": "v"}
INSIDE = "/flask-concurrency"
HOOK = f"{INSIDE}/hook"
IMAGES = Images("mine", False, {"there": {"PYTHONPATH": "/theirs"}})


def made(
    service: dict[str, Any],
    *keep: str,
    images: Images = IMAGES,
    folder: Path = Path("/"),
    taken: Mapping[str, str] = MappingProxyType({}),
    **more: Any,
) -> tuple[dict[str, Any], HarmlessProject]:
    """Return the project made of one service, and that service."""
    model = {"name": "p", "services": {"app": {"ports": PORTS, **service}}, **more}
    found = harmless(model, LABELS, folder, keep, images, taken)
    return json.loads(found.file), found


def test_names_and_labels_for_others_are_left_out() -> None:
    service = {"container_name": "shop", "restart": "always", "profiles": ["x"]}
    labels = {"labels": {"traefik.enable": "true", "caddy": "shop.example"}}
    logging = {"logging": {"driver": "syslog"}}
    model, _ = made({**service, **labels, **logging, "pull_policy": "always"})
    app = model["services"]["app"]
    assert not {*service, "pull_policy"} & set(app)
    assert app["labels"] == {**PASSED_OVER, "l": "v"}
    assert app["logging"] == {"driver": "json-file"}
    assert "name" not in model


def test_settings_that_reach_beyond_a_service_are_left_out() -> None:
    hook = {"command": "true", "privileged": True}
    model, found = made(
        {
            "ipc": "host",
            "devices": [{"source": "/dev/sda"}, "/dev/dri"],
            "device_cgroup_rules": ["b *:* rwm"],
            "security_opt": ["systempaths=unconfined", "no-new-privileges"],
            "cap_add": ["NET_ADMIN", "SYS_ADMIN"],
            "environment": {"VIRTUAL_HOST": "shop.example", "DOCKER_HOST": "tcp://a"},
            "post_start": [hook],
        }
    )
    app = model["services"]["app"]
    assert (app["cap_add"], app["devices"]) == (["NET_ADMIN"], ["/dev/dri"])
    assert app["security_opt"] == ["no-new-privileges"]
    assert not {"ipc", "device_cgroup_rules"} & set(app)
    assert app["environment"]["VIRTUAL_HOST"] == ""
    assert app["environment"]["DOCKER_HOST"] == ""
    assert app["post_start"] == [{"command": "true"}]
    assert len(found.notes) == 8


def test_a_network_of_others_is_no_network_mode() -> None:
    model, _ = made({"network_mode": "production"})
    app = model["services"]["app"]
    assert ("network_mode" in app, app["networks"]) == (False, {"default": None})
    assert model["networks"]["default"]["labels"] == {"l": "v"}


def test_the_python_path_of_a_built_image_comes_first() -> None:
    model, found = made({"build": {"context": "."}})
    ((variable, image),) = found.built.items()
    path = model["services"]["app"]["environment"]["PYTHONPATH"]
    assert path == f"{HOOK}${{{variable}:-}}"
    assert image == "mine-app"
    given = {"build": {"context": "."}, "environment": {"PYTHONPATH": "/srv"}}
    assert made(given)[1].built == {}


@pytest.mark.parametrize(
    "others",
    [
        [{"target": 53, "published": "53", "protocol": "udp"}],
        [{**PORTS[0], "host_ip": "::1"}],
    ],
)
def test_the_only_port_is_measured(others: list[dict[str, Any]]) -> None:
    port = {**PORTS[0], "published": "8000"}
    (published,) = made({"ports": [port, *others]})[0]["services"]["app"]["ports"]
    assert (published["published"], published["target"]) == (PORT, 80)


def test_the_hook_is_mounted_and_its_variables_are_set() -> None:
    volume = {"type": "bind", "source": "/x", "target": INSIDE, "read_only": True}
    environment = {"PYTHONPATH": f"{HOOK}:/srv", "A": "b"}
    probe = {name: f"${{{name}}}" for name in PROBE}
    host = "host.docker.internal:host-gateway"
    model, _ = made(
        {
            "environment": environment,
            "volumes": [volume],
            "extra_hosts": [host.replace(":", "="), "b=1.2.3.4"],
        }
    )
    app = model["services"]["app"]
    assert app["environment"] == {**environment, **probe}
    assert app["volumes"] == [{**volume, "source": str(TARGET)}]
    assert app["extra_hosts"] == [host, "b:1.2.3.4"]
    app = made({"image": "there"})[0]["services"]["app"]
    assert app["environment"]["PYTHONPATH"] == f"{HOOK}:/theirs"


@pytest.mark.parametrize(
    "volume",
    [
        {"name": "shop_production_data"},
        {"name": "shop_production_data", "external": True},
        {"name": "p_data", "driver_opts": {"type": "none", "device": "/srv"}},
    ],
)
def test_volumes_of_others_are_replaced(volume: dict[str, Any]) -> None:
    mount = {"type": "volume", "source": "data", "target": "/data"}
    model, found = made({"volumes": [mount]}, volumes={"data": volume})
    assert model["volumes"] == {"data": {"labels": {"l": "v"}}}
    assert found.notes == (
        f"volume {volume['name']}: an empty volume is mounted in its place",
    )
    name = volume["name"]
    model, found = made({"volumes": [mount]}, name, volumes={"data": volume})
    assert model["volumes"] == {"data": {"name": name, "external": True}}
    assert found.notes == ()


def test_volumes_of_the_project_are_replaced() -> None:
    mount = {"type": "volume", "source": "data", "target": "/data"}
    model, found = made({"volumes": [mount]}, volumes={"data": {"name": "p_data"}})
    assert model["volumes"] == {"data": {"labels": {"l": "v"}}}
    assert found.notes == ()


def test_folders_are_copied(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    mounts = [
        {"type": "bind", "source": str(tmp_path), "target": "/srv"},
        {"type": "bind", "source": str(tmp_path / "file"), "target": "/file"},
        {"type": "bind", "source": str(tmp_path / "missing"), "target": "/missing"},
        {"type": "bind", "source": str(tmp_path), "target": "/r", "read_only": True},
        {"type": "tmpfs", "target": "/tmp"},
    ]
    model, found = made({"volumes": mounts})
    own = {"type": "volume", "source": "copied-1", "target": "/srv"}
    assert model["services"]["app"]["volumes"][:-1] == [
        {**own, "volume": {"nocopy": True}},
        {"type": "volume", "target": "/missing"},
        mounts[3],
        mounts[4],
    ]
    assert model["volumes"] == {"copied-1": {"labels": {"l": "v"}}}
    assert [each.target for _, each in found.copies] == ["/srv", "/file"]


def test_networks_of_others_are_replaced() -> None:
    networks = {
        "default": {"name": "p_default", "ipam": {}},
        "back": {"name": "production", "external": True},
    }
    model, found = made({}, networks=networks)
    assert model["networks"] == {
        "default": {"labels": {"l": "v"}},
        "back": {"labels": {"l": "v"}},
    }
    assert found.notes == ("network production: one of the check's own in its place",)


def test_images_are_built_under_another_name() -> None:
    build = {"context": "/srv", "tags": ["shop:v1"], "cache_to": ["type=registry"]}
    app = made({"image": "shop", "build": dict(build)})[0]["services"]["app"]
    assert app["image"] == "mine-app"
    assert app["build"] == {"context": "/srv", "labels": {"l": "v"}}
    # An existing image is used as it is, like by `up` without `--build`.
    app = made({"image": "there", "build": dict(build)})[0]["services"]["app"]
    assert app["image"] == "there" and "build" not in app
    anew = IMAGES._replace(build=True)
    app = made({"image": "there", "build": dict(build)}, images=anew)
    assert app[0]["services"]["app"]["image"] == "mine-app"


def test_one_port_is_published() -> None:
    others = [{"target": 5432, "published": "5432"}, {"target": 6379}]
    model, found = made({"ports": [*PORTS, *others]})
    ours = {**PORTS[0], "published": PORT, "host_ip": "127.0.0.1"}
    assert model["services"]["app"]["ports"] == [ours]
    assert found.notes == ("port 5432: not published",)
    # A single published port is the measured one.
    model, _ = made({"ports": [{"target": 80, "published": "8080"}]})
    assert model["services"]["app"]["ports"][0]["published"] == PORT


def test_the_port_is_filled_in_in_every_place() -> None:
    environment = {"URL": f"http://localhost:{STAND_IN}/", "B": f"1{STAND_IN}"}
    app = made({"environment": environment})[0]["services"]["app"]
    assert app["environment"]["URL"] == f"http://localhost:{PORT}/"
    assert app["environment"]["B"] == f"1{STAND_IN}"


@pytest.mark.parametrize(
    ("service", "refusal", "values"),
    [
        (
            {"network_mode": "host", "ports": [], "environment": {"PORT": "8000"}},
            Refusal.SERVICE_ON_HOST,
            "",
        ),
        (
            {"network_mode": "container:shop"},
            Refusal.SERVICE_IN_NETWORK_OF_ANOTHER,
            "container, shop",
        ),
        (
            {"volumes_from": ["container:shop:rw"]},
            Refusal.SERVICE_WITH_VOLUMES_OF_ANOTHER,
            "container:shop:ro",
        ),
        ({"use_api_socket": True}, Refusal.SERVICE_WITH_ENGINE_API, "service app"),
        ({"pid": "host"}, Refusal.ALL_PROCESSES, "pid of service app"),
        ({"ipc": "container:shop"}, Refusal.INSIDE_ANOTHER, "shop; leave out ipc of"),
        (
            {"provider": {"type": "cloud"}},
            Refusal.BY_ANOTHER_PROGRAM,
            "service app has a provider",
        ),
        (
            {"models": {"llm": None}},
            Refusal.BY_ANOTHER_PROGRAM,
            "service app has a model, which",
        ),
        ({"scale": 2}, Refusal.REPLICAS, "service app runs 2 times"),
        ({"deploy": {"replicas": 3}}, Refusal.REPLICAS, "service app runs 3 times"),
        ({"ports": []}, Refusal.NO_SERVICE_PORT, "publishes no port, so nothing can"),
        (
            {"ports": [{"published": "80"}, {"published": "443"}]},
            Refusal.NO_SERVICE_PORT,
            "publishes 80, 443, and it is unclear which is measured",
        ),
    ],
)
def test_dangerous_settings_are_refused(
    service: dict[str, Any], refusal: Refusal, values: str
) -> None:
    with pytest.raises(ContainerRefused) as caught:
        made(service)
    assert caught.value.refusal is refusal
    assert values in str(caught.value)


def test_privileges_of_a_service_are_left_out() -> None:
    capabilities = ["SYS_ADMIN", "NET_RAW"]
    model, found = made({"privileged": True, "cap_add": capabilities})
    app = model["services"]["app"]
    assert app["cap_add"] == ["NET_RAW"] and "privileged" not in app
    assert found.notes == (
        "service app: privileged is left out",
        "service app: SYS_ADMIN of cap_add is left out",
    )


def test_a_port_without_a_published_number_gets_one() -> None:
    model, _ = made({"ports": [{"target": 8000}]})
    assert model["services"]["app"]["ports"][0]["published"] == PORT
