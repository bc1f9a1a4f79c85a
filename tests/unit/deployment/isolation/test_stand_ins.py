"""Programs that have a stand-in are rows of one file."""

from pathlib import Path

import pytest

from harness.deployment.isolation.stand_ins import CHECKS
from harness.deployment.isolation.stand_ins import clients
from harness.deployment.isolation.stand_ins import controls
from harness.deployment.isolation.stand_ins import script
from harness.deployment.isolation.stand_ins import STAND_INS


@pytest.mark.parametrize("name", STAND_INS)
def test_each_stand_in_has_a_reason(name: str) -> None:
    assert STAND_INS[name].does in CHECKS
    assert f"refused: \\`{name} $*\\`" in script(name, f"/usr/bin/{name}", (), "")


def test_container_clients_and_controlling_programs_are_found_on_a_path(
    tmp_path: Path,
) -> None:
    for name in ("docker", "sudo", "systemctl", "pkill", "fuser", "rm", "python"):
        (tmp_path / name).touch(0o755)
    assert {*clients(str(tmp_path))} == {"docker", "sudo"}
    others = {"systemctl", "rm"}
    assert {*controls(str(tmp_path), confined=True)} == others
    assert {*controls(str(tmp_path), confined=False)} == {*others, "pkill", "fuser"}
