"""Kinds of deployments and apps give the right result, or a true message.

They are described in ``tests/deployments/kinds/shapes.toml``.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.live.deployment.conftest import Check
from tests.live.deployment.shape_tables import comes_out
from tests.live.deployment.shape_tables import shapes
from tests.live.deployment.shape_tables import write_shape

pytestmark = pytest.mark.shapes


@pytest.mark.parametrize("shape", shapes("kinds"), ids=lambda each: each["what"])
def test_a_kind_of_deployment_gives_its_result(
    check: Check, tmp_path_factory: pytest.TempPathFactory, shape: dict[str, Any]
) -> None:
    folder = Path(tmp_path_factory.mktemp("s"), shape.get("folder", "shop"))
    comes_out(check, shape, write_shape(shape, folder))
