"""Programs that have a stand-in are rows of one file."""

from pathlib import Path

import pytest

from harness.deployment.isolation.stand_ins import CHECKS
from harness.deployment.isolation.stand_ins import clients
from harness.deployment.isolation.stand_ins import controls
from harness.deployment.isolation.stand_ins import script
from harness.deployment.isolation.stand_ins import STAND_INS


@pytest.mark.parametrize("name", STAND_INS)
def test_what_each_does_is_known(name: str) -> None:
    assert STAND_INS[name].does in CHECKS
    assert f"refused: \\`{name} $*\\`" in script(name, f"/usr/bin/{name}", (), "")


def test_programs_that_start_containers_and_programs_that_control(
    tmp_path: Path,
) -> None:
    for name in ("docker", "sudo", "systemctl", "pkill", "fuser", "rm", "python"):
        (tmp_path / name).touch(0o755)
    assert {*clients(str(tmp_path))} == {"docker", "sudo"}
    others = {"systemctl", "rm"}
    assert {*controls(str(tmp_path), confined=True)} == others
    assert {*controls(str(tmp_path), confined=False)} == {*others, "pkill", "fuser"}
